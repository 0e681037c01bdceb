import { describe, expect, test } from '@jest/globals';
import { READ_ANEW } from '../../contract/names.js';
import { SECRET_NAMES, Secret } from '../../plan/secret.js';
import type { Config } from '../../plan/types.js';
import { ConfigScrubber } from '../../vcda/index.js';
import { createLogger, temporalLogger } from '../../worker/logger.js';

const SECRET = 'hunter2-the-secret';

function logging(env: Record<string, string> = {}) {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger(env, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { log, lines };
}

describe('a log line', () => {
  test('is one JSON document with level, time and text', () => {
    const { log, lines } = logging();
    log.info({ run: 'paris-exit', vm: 'vm-1' }, 'started');
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        msg: 'started',
        run: 'paris-exit',
        vm: 'vm-1',
      }),
    ]);
  });

  test.each([
    ['password'],
    ['localPassword'],
    ['vcdPassword'],
    ['token'],
    ['vcd_token'],
    ['Authorization'],
    ['X-VCAV-Auth'],
    ['On-Prem-Auth'],
    ['taskToken'],
    ['Set-Cookie'],
    ...SECRET_NAMES.map((name) => [name]),
  ])('never shows the value of %s, at any depth', (key) => {
    const { log, lines } = logging();
    log.info({ [key]: SECRET, request: { options: [{ headers: { [key]: SECRET } }] } }, 'asked');
    log.child({ run: 'paris-exit' }).warn({ session: { [key]: SECRET } }, 'asked again');
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
    expect(lines[0]?.[key]).toBe('[redacted]');
  });

  test.each(['trace', 'debug', 'info'])(
    'at %s never shows the value of a secret, whatever it stands under',
    (level) => {
      const lines: string[] = [];
      const password = 'pä$$-"word"&<1>\\%';
      const site = { login: { type: 'vcdCredentials', user: 'ops@acme', password: new Secret(password) } };
      const config = { sites: { lyon: site }, store: { kind: 'sqlite' } } as unknown as Config;
      const log = createLogger(
        { DROVER_LOG: level },
        { write: (line: string) => void lines.push(line) },
        new ConfigScrubber(config).scrub,
      );
      log[level as 'trace'](
        { note: password, deep: [{ url: `http://x/?p=${encodeURIComponent(password)}` }] },
        `sent ${password}`,
      );
      expect(lines).toHaveLength(1);
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ note: '[secret]', msg: 'sent [secret]' });
      expect(lines[0]).not.toMatch(/word/);
    },
  );

  test('shows an error with its cause and without the secrets it carries', () => {
    const { log, lines } = logging();
    const cause = Object.assign(new Error('401'), { request: { headers: new Headers({ authorization: SECRET }) } });
    const error = new TypeError('login failed', { cause });
    temporalLogger(log).error('Activity failed', { error, taskToken: SECRET, attempt: 3n });
    expect(lines[0]).toMatchObject({
      level: 'error',
      msg: 'Activity failed',
      attempt: '3',
      err: { type: 'TypeError', message: 'login failed', cause: { message: '401' } },
    });
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });

  test('survives what refers to itself', () => {
    const { log, lines } = logging();
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;
    log.info({ loop }, 'round');
    expect(lines[0]).toMatchObject({ loop: { name: 'loop', self: '[circular]' } });
  });
});

describe('DROVER_LOG', () => {
  test('sets the level', () => {
    const { log, lines } = logging({ DROVER_LOG: 'warn' });
    log.info('quiet');
    temporalLogger(log).log('WARN', 'loud');
    expect(lines.map((line) => line.msg)).toEqual(['loud']);
  });

  test('of another value is said and taken as info', () => {
    const { log, lines } = logging({ DROVER_LOG: 'chatty' });
    log.debug('hidden');
    log.info('shown');
    expect(lines.map((line) => line.msg)).toEqual([expect.stringContaining('DROVER_LOG=chatty'), 'shown']);
  });
});

test('what heals by itself, or is meant to be so, is nothing to look at', () => {
  const { log, lines } = logging({ DROVER_LOG: 'debug' });
  const sdk = temporalLogger(log);
  sdk.error('Failed to process Workflow Activation', { error: new Error(READ_ANEW) });
  sdk.warn('No workflows registered, not polling for workflow tasks', { taskQueue: 'drover/site/lyon/default' });
  sdk.error('Failed to process Workflow Activation', { error: new Error('something else') });
  expect(lines.map(({ level }) => level)).toEqual(['debug', 'debug', 'error']);
});
