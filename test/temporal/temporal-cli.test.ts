import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cachedCli, resolveTemporalCli } from '../../temporal/temporal-cli.js';
import { buildWithGo, downloadWithSdk, type Install } from '../../temporal/temporal-cli-install.js';
import { eventually, isAlive } from '../support/eventually.js';

const WORKS = '#!/bin/sh\necho "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"\n';
const BROKEN = '#!/bin/sh\necho "cannot execute" >&2\nexit 7\n';

let folder: string;
let said: string[];
let env: Record<string, string>;
const say = (line: string) => void said.push(line);

async function program(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

const never: Install = () => Promise.reject(new Error('not expected to be tried'));
const noNetwork: Install = () => Promise.reject(new Error('no route to temporal.download'));
const putsThere: Install = async ({ target }) => void (await program(target, WORKS));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-cli-'));
  said = [];
  // /bin holds the shell that the fake executables are written in.
  env = { HOME: join(folder, 'home'), PATH: `${join(folder, 'bin')}:/usr/bin:/bin` };
});
afterEach(() => rm(folder, { recursive: true }));

describe('the Temporal CLI is taken from', () => {
  test('DROVER_TEMPORAL_CLI before all', async () => {
    const path = await program(join(folder, 'mine/temporal'), WORKS);
    await program(join(folder, 'bin/temporal'), WORKS);
    const found = await resolveTemporalCli(
      { env: { ...env, DROVER_TEMPORAL_CLI: path }, say },
      { download: never, go: never },
    );
    expect(found).toEqual({ path, from: 'DROVER_TEMPORAL_CLI' });
    expect(said).toEqual([expect.stringContaining('DROVER_TEMPORAL_CLI), temporal version 1.5.1')]);
  });

  test('PATH before the cache', async () => {
    const path = await program(join(folder, 'bin/temporal'), WORKS);
    await program(cachedCli(env), WORKS);
    expect(await resolveTemporalCli({ env, say }, { download: never, go: never })).toEqual({ path, from: 'PATH' });
  });

  test('the cache, where XDG_CACHE_HOME says', async () => {
    env.XDG_CACHE_HOME = join(folder, 'cache');
    const path = await program(join(folder, 'cache/drover/temporal-cli/v1.5.1/temporal'), WORKS);
    expect(await resolveTemporalCli({ env, say }, { download: never, go: never })).toEqual({ path, from: 'cache' });
  });

  test('the next place when an executable is broken, and it is said', async () => {
    await program(join(folder, 'bin/temporal'), BROKEN);
    await program(cachedCli(env), BROKEN);
    const found = await resolveTemporalCli({ env, say }, { download: putsThere, go: never });
    expect(found).toEqual({ path: cachedCli(env), from: 'download' });
    expect(said.join('\n')).toMatch(/PATH: .*does not work: .*cannot execute[^]*cache: .*does not work[^]*downloading/);
  });

  test('Go when the download fails', async () => {
    const found = await resolveTemporalCli({ env, say }, { download: noNetwork, go: putsThere });
    expect(found.from).toBe('go');
    expect(said).toEqual([
      expect.stringContaining('downloading v1.5.1'),
      expect.stringContaining('no route to temporal.download'),
      expect.stringContaining('building v1.5.1 with Go'),
      expect.stringContaining('temporal version 1.5.1'),
    ]);
  });
});

test('when nothing works, one message says what was tried and what to install', async () => {
  env.DROVER_TEMPORAL_CLI = join(folder, 'gone');
  const go: Install = () => Promise.reject(new Error('no Go on PATH'));
  const failure = await resolveTemporalCli({ env, say }, { download: noNetwork, go }).catch(
    (error: Error) => error.message,
  );
  expect(failure).toMatch(/DROVER_TEMPORAL_CLI: .*gone does not work/);
  expect(failure).toContain('PATH: holds no `temporal`');
  expect(failure).toContain(`cache: ${cachedCli(env)} does not exist`);
  expect(failure).toContain('download: no route to temporal.download');
  expect(failure).toContain('go: no Go on PATH');
  expect(failure).toContain('Install the Temporal CLI');
});

describe('building with Go', () => {
  const target = () => cachedCli(env);
  const build = () => buildWithGo({ env, say, target: target(), version: 'v1.5.1' });
  const fakeGo = (install: string) =>
    program(
      join(folder, 'bin/go'),
      `#!/bin/sh\n[ "$1" = version ] && { echo "go version go1.26.8 linux/amd64"; exit; }\n${install}\n`,
    );

  test('leaves the executable alone in the cache', async () => {
    await fakeGo(`printf '${WORKS.replaceAll('\n', '\\n')}' > "$GOBIN/temporal"`);
    await Promise.all([build(), build()]);
    expect(await readdir(dirname(target()))).toEqual(['temporal']);
    expect((await resolveTemporalCli({ env, say }, { download: never, go: never })).from).toBe('cache');
  });

  test('tells why it failed and leaves nothing behind', async () => {
    await fakeGo('echo "dial tcp: lookup proxy.golang.org: no such host" >&2; exit 1');
    await expect(build()).rejects.toThrow('no such host');
    expect(await readdir(dirname(target()))).toEqual([]);
  });

  test('ends with everything it started when it is given up', async () => {
    const pidFile = join(folder, 'pid');
    await fakeGo(`sleep 600 & echo $! > ${pidFile}; echo started; wait`);
    const stop = new AbortController();
    const building = buildWithGo({ env, say, target: target(), version: 'v1.5.1', signal: stop.signal });
    const pid = await eventually(async () => Number(await readFile(pidFile, 'utf8')));
    stop.abort();
    await expect(building).rejects.toThrow();
    await eventually(async () => !(await isAlive(pid)));
  });

  test('refuses a Go that is too old', async () => {
    await program(join(folder, 'bin/go'), '#!/bin/sh\necho "go version go1.19.8 linux/amd64"\n');
    await expect(build()).rejects.toThrow('Go 1.19 is too old, 1.25 is needed');
  });
});

test("the SDK's download fails in words where its host is out of reach", async () => {
  const proxied = { ...env, HTTPS_PROXY: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' };
  const download = downloadWithSdk({ env: proxied, say, target: cachedCli(env), version: 'v1.5.1' });
  await expect(download).rejects.toThrow(/temporal\.download/);
  expect(await readdir(dirname(cachedCli(env)))).toEqual([]);
});
