/** A login that changes while a worker runs. */
import { chmodSync, existsSync, mkdirSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../plan/config/load-config.js';
import type { Config } from '../../plan/types.js';
import { ConfigScrubber, createSites, type Site, type Sites } from '../../vcda/index.js';
import { Credentials } from '../../worker/credentials.js';
import { createLogger, type Logger } from '../../worker/logger.js';
import { type Folder, tempFolder } from '../support/folder.js';
import { until } from '../support/until.js';
import { failureOf } from '../vcda/support/client.js';
import { anyTask, before, type FakeSite, type Handler, refuse, startFakeSite } from '../vcda/support/fake-site.js';

const RIGHT = 'the-right-secret';
const WRONG = 'a-wrong-secret';

/** Takes one password alone, at the login and at an extension. */
const taking: Handler = ({ method, path, body }) =>
  method === 'POST' && path.startsWith('/sessions') && (body as { vcdPassword?: unknown }).vcdPassword !== RIGHT
    ? refuse(401, 'NotAuthenticated')
    : null;

interface At {
  folder: Folder;
  fake: FakeSite;
  lyon: Site;
  paris: Site;
  credentials: Credentials;
  lines: string[];
  log: Logger;
}

interface World {
  /** how the login's secret is given; default: in the file `secret` */
  secret?: string;
  prepare?: (folder: Folder) => void;
}

const written = (url: string, secret: string) => `sites:
  lyon: { url: "${url}", login: { type: vcdCredentials, user: ops@acme, ${secret} } }
  paris: { url: "${url}", login: { type: vcdCredentials, user: ops@acme, password: ${RIGHT} } }
`;

async function withWorker(test: (at: At) => Promise<void>, world: World = {}): Promise<void> {
  const { secret = 'passwordFile: secret', prepare = (at) => void at.write('secret', WRONG) } = world;
  const folder = tempFolder();
  const fake = await startFakeSite(before(taking, anyTask));
  prepare(folder);
  const config = folder.write('drover.yaml', written(fake.url, secret));
  const loaded = loadConfig(config, { env: {}, need: 'worker' });
  const sites: Sites = createSites(loaded);
  const lines: string[] = [];
  const scrubber = new ConfigScrubber(loaded);
  const log = createLogger({}, { write: (line: string) => void lines.push(line) }, scrubber.scrub);
  const read = (anew: Config) => scrubber.know(anew);
  const credentials = new Credentials({ configPath: config, env: {}, sites, log, read, every: 50 });
  const [lyon, paris] = [sites.get('lyon'), sites.get('paris')];
  try {
    await test({ folder, fake, lyon, paris, credentials, lines, log });
    expect(lines.join('')).not.toContain(WRONG);
    expect(lines.join('')).not.toContain(RIGHT);
  } finally {
    await credentials.close();
    await fake.close();
    await sites.close();
    folder.remove();
  }
}

const said = (lines: string[], text: string) =>
  until(
    async () => lines.join(''),
    (all) => all.includes(text),
  );

async function refused(site: Site): Promise<void> {
  expect(await failureOf(site.task('t1'))).toMatchObject({ code: 'LoginRefused' });
}

describe('a login that was refused', () => {
  it('is tried anew once its file has another, without a restart', () =>
    withWorker(async ({ folder, fake, lyon, lines, log }) => {
      for (let n = 0; n < 3; n += 1) await refused(lyon);
      expect(fake.count('POST /sessions')).toBe(1);
      folder.write('secret', RIGHT);
      await said(lines, 'logins renewed');
      expect((await lyon.task('t1')).id).toBe('t1');
      expect(fake.count('POST /sessions')).toBe(2);
      log.info(`${WRONG} and ${RIGHT} are secrets of this config`);
    }));

  it('is tried anew where a link leads to another file, as Kubernetes changes its secrets', () => {
    function version(folder: Folder, name: string, text: string): void {
      mkdirSync(join(folder.path, name));
      folder.write(join(name, 'password'), text);
      // `password` leads through `..data`, which is replaced at once.
      symlinkSync(name, join(folder.path, '..next'));
      renameSync(join(folder.path, '..next'), join(folder.path, '..data'));
    }
    return withWorker(
      async ({ folder, lyon, lines }) => {
        await refused(lyon);
        version(folder, '..2', RIGHT);
        await said(lines, 'logins renewed');
        expect((await lyon.task('t1')).id).toBe('t1');
      },
      {
        secret: 'passwordFile: password',
        prepare(folder) {
          version(folder, '..1', WRONG);
          symlinkSync(join('..data', 'password'), join(folder.path, 'password'));
        },
      },
    );
  });

  it('stays refused by SIGHUP alone, which reads the same', () =>
    withWorker(async ({ fake, lyon, lines }) => {
      await refused(lyon);
      process.emit('SIGHUP');
      await said(lines, 'no login is another');
      await refused(lyon);
      expect(fake.count('POST /sessions')).toBe(1);
    }));

  it('stays while the file cannot be used, which is said', () =>
    withWorker(async ({ folder, lyon, lines }) => {
      folder.write('secret', 'two\nlines');
      await said(lines, 'the logins from before are kept');
      expect(lines.join('')).toContain('several lines');
      await refused(lyon);
      unlinkSync(join(folder.path, 'secret'));
      folder.write('secret', RIGHT);
      await said(lines, 'logins renewed');
      expect((await lyon.task('t1')).id).toBe('t1');
    }));

  it('as that of another site is extended anew', () =>
    withWorker(async ({ folder, fake, paris, lines }) => {
      const extended = () => failureOf(paris.task('t1', { peer: 'lyon' }));
      for (let n = 0; n < 3; n += 1) expect(await extended()).toMatchObject({ code: 'LoginRefused' });
      const sent = fake.count('POST /sessions/extend');
      folder.write('secret', RIGHT);
      await said(lines, 'logins renewed');
      expect((await paris.task('t1', { peer: 'lyon' })).id).toBe('t1');
      expect(fake.count('POST /sessions/extend')).toBe(sent + 1);
    }));
});

describe('a password that a program prints', () => {
  it('is printed again once it was refused, and on SIGHUP, while all else goes on', () =>
    withWorker(
      async ({ folder, lyon, credentials, lines }) => {
        await refused(lyon);
        folder.write('printed', RIGHT);
        // Until then it prints nothing, and whoever waited for it would not come to this.
        unlinkSync(join(folder.path, 'go'));
        credentials.refused();
        await until(
          async () => existsSync(join(folder.path, 'asked')),
          (isAsked) => isAsked,
        );
        folder.write('go', '');
        await said(lines, 'logins renewed');
        expect((await lyon.task('t1')).id).toBe('t1');
        folder.write('printed', WRONG);
        process.emit('SIGHUP');
        await until(
          async () => lines.filter((line) => line.includes('logins renewed')).length,
          (count) => count === 2,
        );
        await refused(lyon);
      },
      {
        secret: 'passwordCommand: [./print]',
        prepare(folder) {
          folder.write('printed', WRONG);
          folder.write('go', '');
          const waits = '[ -e go ] || > asked; while [ ! -e go ]; do sleep 0.05; done';
          chmodSync(folder.write('print', `#!/bin/sh\n${waits}\ncat printed\n`), 0o755);
        },
      },
    ));
});

describe('a new login of a site whose address is another too', () => {
  it('is sent to neither until the worker is started anew', () =>
    withWorker(async ({ folder, fake, lyon, lines }) => {
      await refused(lyon);
      const other = await startFakeSite(before(taking, anyTask));
      try {
        folder.write('drover.yaml', written(other.url, `password: ${RIGHT}`));
        await said(lines, 'Restart this worker');
        await refused(lyon);
        expect(fake.count('POST /sessions')).toBe(1);
        expect(other.seen).toEqual([]);
      } finally {
        await other.close();
      }
    }));
});
