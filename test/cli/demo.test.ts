import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { DrillVerdict, Verdict } from '../../cli/demo/verdict.js';
import { onQueuesOf } from '../../contract/queues.js';
import type { RunReport } from '../../contract/report.js';
import { isAlive } from '../support/eventually.js';
import { type Folder, tempFolder } from '../support/folder.js';
import { reportFaults } from '../support/report-schema.js';
import { until } from '../support/until.js';
import { cleanEnv, MAIN, type Started, startCli } from './support/cli.js';

const address = process.env.DROVER_TEST_TEMPORAL ?? '';
let folder: Folder;
beforeAll(() => {
  folder = tempFolder();
});
afterAll(() => folder.remove());

const startDemo = (...args: string[]): Started => startDemoIn(folder, ...args);

const startDemoIn = ({ path }: Folder, ...args: string[]): Started =>
  startCli(['demo', ...args], { cwd: path, env: { TEMPORAL_ADDRESS: address, TMPDIR: path } });

/** Process ids that the demo has named, its own left out. */
const partsOf = ({ said }: Started): number[] => pidsIn(said.stderr);

const pidsIn = (text: string): number[] => [...text.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));

const said = (demo: Started, text: string) =>
  until(
    async () => demo.said.stderr,
    (stderr) => stderr.includes(text),
  );

const noneLeft = (pids: number[]) =>
  until(
    () => Promise.all(pids.map(isAlive)),
    (alive) => alive.every((one) => !one),
  );

/** The demo's temporary folder, known from the plan that it wrote there. */
const folderOf = ({ said }: Started): string => dirname(said.stderr.match(/plan (\/\S+)/)?.[1] ?? '');

const demoFoldersIn = ({ path }: Folder): string[] =>
  readdirSync(path).filter((name) => name.startsWith('drover-demo-'));

async function openWorkflowsOf(demo: Started): Promise<string[]> {
  const suffix = demo.said.stderr.match(/paris(-[0-9a-f]{6})/)?.[1];
  const connection = await Connection.connect({ address, connectTimeout: 120_000 });
  const open: string[] = [];
  const query = `${onQueuesOf(`drover-demo${suffix}`)} AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of new Client({ connection }).workflow.list({ query })) {
    open.push(workflowId);
  }
  await connection.close();
  return open;
}

describe('the demo', () => {
  it.concurrent('moves every VM once though its worker is killed midway, and leaves nothing behind', async () => {
    const demo = startDemo('--vms', '12', '--speed', '40', '--crash', '--json');
    const { code, stdout, stderr } = await demo.finished;
    expect(stderr).toMatch(/worker \(pid \d+\) killed with SIGKILL - wave rest: \d+ done, [1-9]\d* in cutover/);
    expect(stderr).toMatch(/worker started again \(pid \d+\)/);
    const { report, verdict } = JSON.parse(stdout) as { report: RunReport; verdict: Verdict };
    expect(report).toMatchObject({ state: 'succeeded', totals: { vms: 12, succeeded: 12 } });
    expect(reportFaults(report)).toEqual([]);
    expect(verdict).toMatchObject({ ok: true, wrong: [] });
    expect(verdict.vms).toHaveLength(12);
    expect(code).toBe(0);

    const parts = partsOf(demo);
    expect(new Set(parts).size).toBe(3);
    expect(await Promise.all(parts.map(isAlive))).not.toContain(true);
    expect(existsSync(folderOf(demo))).toBe(false);
    expect(await openWorkflowsOf(demo)).toEqual([]);
  });

  it.concurrent('rehearses a recovery, and leaves no test copy behind', async () => {
    const demo = startDemo('--drill', '--vms', '4', '--speed', '60', '--json');
    const { code, stdout } = await demo.finished;
    const { report, verdict } = JSON.parse(stdout) as { report: RunReport; verdict: DrillVerdict };
    expect(report).toMatchObject({ kind: 'drill', state: 'succeeded', totals: { vms: 4, succeeded: 4 } });
    expect(report.drill).toMatchObject({ phase: 'done', left: [], missed: [] });
    expect(verdict).toMatchObject({ ok: true, wrong: [] });
    expect(verdict.vms).toHaveLength(4);
    expect(code).toBe(0);
  });

  it.concurrent('ends its parts when it is told to stop', async () => {
    const demo = startDemo('--vms', '8', '--speed', '1');
    await said(demo, 'running');
    const where = folderOf(demo);
    expect(existsSync(where)).toBe(true);
    demo.child.kill('SIGINT');
    const { code, stderr } = await demo.finished;
    expect(code).toBe(130);
    expect(stderr).toContain('The demo was stopped; all its processes are ended.');
    expect(await Promise.all(partsOf(demo).map(isAlive))).not.toContain(true);
    expect(existsSync(where)).toBe(false);
    expect(await openWorkflowsOf(demo)).toEqual([]);
  });

  it.concurrent('leaves nothing at SIGHUP, though nobody hears its words any more', async () => {
    const own = tempFolder();
    const demo = startDemoIn(own, '--vms', '8', '--speed', '1');
    await said(demo, 'Simulator (pid');
    const parts = partsOf(demo);
    expect(demoFoldersIn(own)).toHaveLength(1);
    demo.child.stdout?.destroy();
    demo.child.stderr?.destroy();
    // It has said more by then, to nobody.
    await until(
      () => openWorkflowsOf(demo),
      (open) => open.length > 0,
    );
    demo.child.kill('SIGHUP');
    const { code } = await demo.finished;
    expect(code).toBe(130);
    expect(demoFoldersIn(own)).toEqual([]);
    await noneLeft(parts);
    expect(await openWorkflowsOf(demo)).toEqual([]);
    own.remove();
  });

  it.concurrent('leaves nothing and does not crash when its terminal is closed', async () => {
    const own = tempFolder();
    const [seen, code] = [join(own.path, 'seen'), join(own.path, 'code')];
    // The shell of a terminal passes its end on; here it also tells how the demo ended.
    const demo = `${process.execPath} ${MAIN} demo --vms 8 --speed 1`;
    const shell = `trap 'kill -HUP $!' HUP; ${demo} & wait $!; wait $!; echo $? > ${code}`;
    const terminal = spawn('script', ['--quiet', '--flush', '--command', shell, seen], {
      env: { ...cleanEnv(), SHELL: '/bin/sh', TEMPORAL_ADDRESS: address, TMPDIR: own.path },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const shown = await until(
      async () => (existsSync(seen) ? readFileSync(seen, 'utf8') : ''),
      (text) => text.includes('listens'),
    );
    terminal.kill('SIGKILL');
    await once(terminal, 'exit');
    const ended = await until(
      async () => (existsSync(code) ? readFileSync(code, 'utf8') : ''),
      (text) => text !== '',
    );
    expect(ended).toBe('130\n');
    expect(demoFoldersIn(own)).toEqual([]);
    await noneLeft(pidsIn(shown));
    own.remove();
  });

  it.concurrent('takes its parts with it when it is killed', async () => {
    const demo = startDemo('--vms', '8', '--speed', '1');
    await said(demo, 'listens');
    const parts = partsOf(demo);
    expect(parts).toHaveLength(2);
    expect(await Promise.all(parts.map(isAlive))).toEqual([true, true]);
    demo.child.kill('SIGKILL');
    await demo.finished;
    await noneLeft(parts);
  });
});
