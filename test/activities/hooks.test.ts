/** What a worker sends of a hook, and what it makes of the answers. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { CheckSecrets } from '../../activities/check-secrets.js';
import type { ActivityDeps } from '../../activities/deps.js';
import { HookRefusals } from '../../activities/hook-refusals.js';
import { createHookActivities } from '../../activities/hooks.js';
import { judgeHooks } from '../../activities/plan-check/judge-hooks.js';
import { type HookAnswer, type HookInput, hookVms } from '../../contract/hooks.js';
import { untouched } from '../../contract/report.js';
import { Secret } from '../../plan/secret.js';
import { visible } from '../../plan/source/visible.js';
import type { Hook, Hooks, NamedSecret } from '../../plan/types.js';
import { type HookServer, withHookServer } from '../support/hook-server.js';

const SECRET = 'Zq7-geheim-+/=';

const inputOf = (hook: Partial<Hook> & { url: string }): HookInput => ({
  event: 'beforeCutover',
  hook: { method: 'POST', timeout: 30_000, retries: 2, rule: 'hold', ...hook },
  key: 'drover/exit/abcd/vm-1/beforeCutover/1',
  number: 1,
  run: { id: 'exit', kind: 'migrate' },
  wave: 'pilot',
  source: 'paris',
  destination: 'lyon',
  at: '2026-12-05T21:00:00.000Z',
  vms: hookVms({ ...untouched({ id: 'vm-1', name: 'web1' }, 'pilot'), recoveredAs: ['vm-9'], outageSeconds: 61 }),
});

interface Attempt {
  allow?: string[];
  secrets?: Record<string, NamedSecret>;
  heartbeatDetails?: unknown;
  onBeat?: (details: unknown) => void;
}

/** One attempt, as Temporal has it made. */
function attempt(input: HookInput, { allow, secrets, heartbeatDetails, onBeat }: Attempt = {}): Promise<HookAnswer> {
  const sites = { scrubber: () => (text: string) => text } as ActivityDeps['sites'];
  const client = {} as ActivityDeps['client'];
  const { callHook } = createHookActivities({
    sites,
    client,
    secrets: secrets ?? { ITSM: { value: new Secret(SECRET) } },
    hooksAllowed: allow ?? [new URL(input.hook.url).origin],
  });
  const environment = new MockActivityEnvironment({ heartbeatDetails }, { logger: new DefaultLogger('ERROR') });
  if (onBeat !== undefined) environment.on('heartbeat', onBeat);
  return environment.run(callHook, input);
}

/** As often as Temporal would have it made; what each attempt leaves, the next finds. */
async function call(
  input: HookInput,
  options: Attempt = {},
): Promise<HookAnswer & { tries: number; waits: unknown[] }> {
  let heartbeatDetails: unknown;
  const waits: unknown[] = [];
  function onBeat(details: unknown): void {
    heartbeatDetails = details;
  }
  for (let tries = 1; ; tries += 1) {
    try {
      return { ...(await attempt(input, { ...options, heartbeatDetails, onBeat })), tries, waits };
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      waits.push(error.nextRetryDelay);
      if (tries > 10) throw error;
    }
  }
}

const status =
  (code: number, text = '', headers: Record<string, string> = {}): HookServer['answer'] =>
  (_, response) => {
    response.writeHead(code, headers).end(text);
  };

it('tells of a vApp each VM, with both ids', () => {
  const vms = [
    { id: 'vm-1', name: 'web1' },
    { id: 'vm-2', name: 'db1' },
  ];
  const { vms: its = [], ...crm } = untouched({ id: 'vapp:crm', name: 'crm', vms }, 'pilot');
  const moved = { ...crm, vms: its.map((vm, n) => ({ ...vm, recoveredAs: `new-${n}` })), recoveredAs: ['vapp:new'] };
  expect(hookVms(moved).map(({ id, unit, recoveredId }) => [id, unit, recoveredId])).toEqual([
    ['vm-1', 'vapp:crm', 'new-0'],
    ['vm-2', 'vapp:crm', 'new-1'],
  ]);
});

describe('a hook', () => {
  it('is sent with its key, its headers and both ids of its VM', () =>
    withHookServer(async (server) => {
      const headers = { Authorization: { secret: 'ITSM' }, 'X-Team': 'ops' };
      const input = inputOf({ url: `${server.url}/freeze?of=drover`, method: 'PUT', headers });
      expect(await call(input)).toMatchObject({ ok: true, detail: `PUT ${server.url}/freeze?of=***: 204` });
      const [got] = server.got;
      expect(got).toMatchObject({ method: 'PUT', path: '/freeze?of=drover', key: input.key });
      expect(got?.headers).toMatchObject({
        authorization: SECRET,
        'x-team': 'ops',
        'content-type': 'application/json',
      });
      expect(got?.body).toEqual({
        version: 1,
        key: input.key,
        event: 'beforeCutover',
        number: 1,
        at: input.at,
        run: { id: 'exit', kind: 'migrate' },
        wave: 'pilot',
        source: { site: 'paris' },
        destination: { site: 'lyon' },
        vms: [expect.objectContaining({ id: 'vm-1', recoveredId: 'vm-9', state: 'waiting', outageSeconds: 61 })],
      });
    }));

  it.each([
    ['an answer of 5xx', status(503), 30_000],
    ['one of 429', status(429), 30_000],
    ['a connection that is cut', ((_, response) => response.destroy()) satisfies HookServer['answer'], 30_000],
    ['a time-out', (() => {}) satisfies HookServer['answer'], 1_000],
  ])('is sent again after %s, with the same key, and given up at last', (_, answer, timeout) =>
    withHookServer(async (server) => {
      server.answer = answer;
      const input = inputOf({ url: `${server.url}/`, timeout });
      expect(await call(input)).toMatchObject({ ok: false, tries: 3, waits: [1_000, 2_000] });
      // On a busy machine a try that is timed out may not have reached the server.
      if (timeout === 30_000) expect(server.got).toHaveLength(3);
      for (const { key } of server.got) expect(key).toBe(input.key);
    }),
  );

  it('is sent again after an answer was lost with its worker, which is no failure of the hook', () =>
    withHookServer(async (server) => {
      const input = inputOf({ url: `${server.url}/`, retries: 0 });
      // As a worker leaves it that was killed over it: it has beaten, and nothing had failed.
      expect(await attempt(input, { heartbeatDetails: { failed: 0, since: null, rows: {} } })).toMatchObject({
        ok: true,
      });
      server.answer = status(500);
      expect(await attempt(input, { heartbeatDetails: { failed: 0, since: null } })).toMatchObject({ ok: false });
    }));

  it.each([400, 401, 403, 404, 409, 422])('is not sent again after %d', (code) =>
    withHookServer(async (server) => {
      server.answer = status(code, 'CHG0042 is not approved\nfor tonight');
      const answered = await call(inputOf({ url: `${server.url}/` }));
      expect(answered).toMatchObject({
        ok: false,
        tries: 1,
        detail: `POST ${server.url}/: ${code}: CHG0042 is not approved for tonight`,
      });
    }),
  );

  it('does not follow to elsewhere, and sends nothing there', async () => {
    const elsewhere: string[] = [];
    const other = createServer(({ url = '' }, response) => {
      elsewhere.push(url);
      response.end();
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await withHookServer(async (server) => {
      for (const code of [301, 302, 303, 307, 308]) {
        server.answer = status(code, '', { location: `http://127.0.0.1:${port}/?token=${SECRET}` });
        const headers = { Authorization: { secret: 'ITSM' } };
        const { ok, detail, tries } = await call(inputOf({ url: `${server.url}/`, headers }));
        expect({ ok, tries }).toEqual({ ok: false, tries: 1 });
        expect(detail).toBe(
          `POST ${server.url}/: ${code} to http://127.0.0.1:${port}/?token=***, which is not followed`,
        );
      }
    });
    expect(elsewhere).toEqual([]);
    other.close();
  });

  it('tells little of an answer, and nothing that is secret or moves a cursor', () =>
    withHookServer(async (server) => {
      const headers = { Authorization: { secret: 'ITSM' } };
      const echo = `\u001b[31mno: ${SECRET} ${encodeURIComponent(SECRET)} ${Buffer.from(SECRET).toString('base64')}\u202e`;
      server.answer = status(403, echo + 'x'.repeat(5_000_000));
      const { detail } = await call(inputOf({ url: `${server.url}/`, headers }));
      expect(detail.length).toBeLessThan(300);
      expect(detail).not.toMatch(/Zq7|geheim/);
      expect(visible(detail)).toBe(detail);
      expect(detail).toContain('no: [secret] [secret] [secret]');
    }));

  it('that would not be sent is told by the check of its plan: an error where it holds something up', () => {
    const secrets = new CheckSecrets({ ITSM: { value: new Secret(SECRET) } });
    const refusals = new HookRefusals(['https://itsm.example.com/'], secrets);
    const { hook } = inputOf({ url: 'https://itsm.example.com/freeze' });
    const hooks: Hooks = {
      beforeRun: hook,
      beforeVm: { ...hook, url: 'https://itsm.example.com.evil/?of=geheim' },
      afterVm: { ...hook, rule: 'warn', headers: { 'X-Key': { secret: 'CMDB' } } },
    };
    expect(judgeHooks(refusals, { hooks })).toEqual([
      expect.objectContaining({
        severity: 'error',
        code: 'HookNotAllowed',
        message: expect.stringMatching(/beforeVm.*of=\*\*\*/),
      }),
      expect.objectContaining({
        severity: 'warning',
        code: 'UnknownSecret',
        message: expect.stringMatching(/afterVm.*CMDB; it has ITSM/),
      }),
    ]);
  });

  it('goes nowhere that the config does not allow, nor without its secrets', () =>
    withHookServer(async (server) => {
      const url = `${server.url}/freeze?of=geheim`;
      const headers = { Authorization: { secret: 'ITSM' } };
      async function refused(options: Attempt): Promise<string> {
        const { ok, detail, advice, attempts } = await call(inputOf({ url, headers }), options);
        expect({ ok, attempts }).toEqual({ ok: false, attempts: 0 });
        expect(advice).toMatch(/workers/);
        return detail;
      }
      expect(await refused({ allow: [`${server.url}/other/`] })).toBe(
        `hook beforeCutover is not sent: the workers' config does not allow ${server.url}/freeze?of=***.`,
      );
      expect(await refused({ allow: [] })).toMatch(/does not allow/);
      expect(await refused({ secrets: { CMDB: { value: new Secret('other') } } })).toMatch(
        /has no secret ITSM; it has CMDB/,
      );
      expect(await refused({ secrets: { ITSM: { value: new Secret(SECRET), to: ['itsm.example.com'] } } })).toMatch(
        /the secret ITSM is not sent: it is not meant for 127\.0\.0\.1/,
      );
      expect(server.got).toEqual([]);
    }));
});
