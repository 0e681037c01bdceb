/** One machine: `drover up`, whatever ends it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LedgerEntry } from '../../simulator/index.js';
import { isAlive } from '../support/eventually.js';
import { type Folder, tempFolder } from '../support/folder.js';
import { until } from '../support/until.js';
import { cli, type Started, startCli } from './support/cli.js';

let folder: Folder;
const open: Started[] = [];
beforeAll(() => {
  folder = tempFolder();
});
afterAll(async () => {
  for (const { child, finished } of open) {
    child.kill('SIGTERM');
    await finished;
  }
  folder.remove();
});

const env = { DROVER_TEMPORAL_CLI: process.env.DROVER_TEST_TEMPORAL_CLI ?? '' };
const drover = (...args: string[]) => cli(args, { cwd: folder.path, env });

interface UpFile {
  pid: number;
  address: string;
  children: number[];
}
const upFile = (): UpFile => JSON.parse(readFileSync(join(folder.path, '.drover/up.json'), 'utf8')) as UpFile;

async function startUp(...args: string[]): Promise<Started> {
  const started = startCli(['up', ...args], { cwd: folder.path, env });
  open.push(started);
  await until(
    async () => started.said.stdout + (started.child.exitCode === null ? '' : `ended: ${started.said.stderr}`),
    (said) => /Drover is up|ended: /.test(said),
  );
  expect(started.said.stdout).toContain('Drover is up');
  return started;
}

async function ledger(): Promise<LedgerEntry[]> {
  const url = /http:\/\/[\d.:]+/.exec(readFileSync(join(folder.path, 'drover.yaml'), 'utf8'))?.[0];
  return (await (await fetch(`${url}/_sim/ledger`)).json()) as LedgerEntry[];
}

const noneLeft = (pids: number[]) =>
  until(
    () => Promise.all(pids.map(isAlive)),
    (alive) => alive.every((one) => !one),
  );

describe('drover up --simulator', () => {
  it('is found by other commands, has one master, leaves nothing when killed, and goes on with what ran', async () => {
    const first = await startUp('--simulator', '--vms', '3', '--speed', '20');
    expect(first.said.stdout).toMatch(/Temporal +127\.0\.0\.1:\d+/);
    expect(first.said.stdout).toContain(join(folder.path, '.drover/temporal.db'));
    expect(first.said.stdout).toContain('labs and pilots');
    expect(readFileSync(join(folder.path, 'paris-exit.yaml'), 'utf8')).toContain('Made by drover plan new: 3 VMs');

    const second = await drover('up');
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(`process ${first.child.pid}`);

    const started = await drover('run', 'paris-exit.yaml', '--id', 'exit');
    expect(started).toMatchObject({ code: 0, stdout: 'exit\n' });
    expect(started.stderr).toContain(
      `Temporal ${upFile().address}, of drover up in this folder (pid ${first.child.pid})`,
    );
    await until(ledger, (entries) => entries.some(({ kind }) => kind === 'start'));
    const { children, address } = upFile();
    expect(children).toHaveLength(3);
    first.child.kill('SIGKILL');
    await first.finished;

    // Its parts end with it, one after the other.
    const away = await until(
      () => drover('list'),
      ({ code }) => code === 3,
    );
    expect(away.stderr).toContain('drover up');
    const third = await startUp();
    await noneLeft(children);
    expect(upFile().address).toBe(address);

    const { code, stdout } = await drover('watch', 'exit', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ run: 'exit', state: 'succeeded', totals: { vms: 3, succeeded: 3 } });
    const accepted = (await ledger()).filter(({ kind }) => kind === 'start' || kind === 'migrate');
    // The first plan has the vApp of the three VMs as one.
    expect(accepted.map(({ kind }) => kind)).toEqual(['start', 'migrate']);

    const parts = upFile().children;
    third.child.kill('SIGINT');
    const { code: ended, stderr } = await third.finished;
    expect(ended).toBe(0);
    expect(stderr).toContain('What ran goes on with the next drover up.');
    await noneLeft(parts);
    expect(existsSync(join(folder.path, '.drover/up.json'))).toBe(false);
  });

  it('leaves a config of real sites alone', async () => {
    const own = tempFolder();
    const text =
      'sites:\n  paris: { url: "https://vcda.example.com", login: { type: vcdCredentials, user: a@b, password: x } }\n';
    const config = own.write('drover.yaml', text);
    const { code, stderr } = await cli(['up', '--simulator'], { cwd: own.path, env });
    expect(code).toBe(2);
    expect(stderr).toContain('not that of a playground');
    expect(readFileSync(config, 'utf8')).toBe(text);
    own.remove();
  });
});

describe('drover up', () => {
  it('wants a config before it starts anything', async () => {
    const own = tempFolder();
    const { code, stderr } = await cli(['up'], { cwd: own.path, env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/drover\.yaml .*up --simulator/);
    own.remove();
  });
});
