/** demo.long.ts has further ends of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DrillVerdict, Verdict } from '../../cli/demo/verdict.js';
import type { RunReport } from '../../contract/report.js';
import { isAlive } from '../support/eventually.js';
import { type Folder, tempFolder } from '../support/folder.js';
import { reportFaults } from '../support/report-schema.js';
import { until } from '../support/until.js';
import { cleanEnv, MAIN, type Started } from './support/cli.js';
import { demoFoldersIn, folderOf, noneLeft, noneOpen, partsOf, pidsIn, said, startDemoIn } from './support/demo.js';

const address = process.env.DROVER_TEST_TEMPORAL ?? '';
let folder: Folder;
beforeAll(() => {
  folder = tempFolder();
});
afterAll(() => folder.remove());

const startDemo = (...args: string[]): Started => startDemoIn(folder, ...args);

describe('the demo', () => {
  it.concurrent('moves every VM once though its worker is killed midway, and leaves nothing behind', async () => {
    // Slow enough that the moment of the crash is seen.
    const demo = startDemo('--vms', '6', '--speed', '15', '--crash', '--json');
    const { code, stdout, stderr } = await demo.finished;
    expect(stderr).toMatch(/worker \(pid \d+\) killed with SIGKILL - wave rest: \d+ done, [1-9]\d* in cutover/);
    expect(stderr).toMatch(/worker started again \(pid \d+\)/);
    const { report, verdict } = JSON.parse(stdout) as { report: RunReport; verdict: Verdict };
    expect(report).toMatchObject({ state: 'succeeded', totals: { vms: 6, succeeded: 6 } });
    expect(reportFaults(report)).toEqual([]);
    expect(verdict).toMatchObject({ ok: true, wrong: [] });
    expect(verdict.vms).toHaveLength(6);
    expect(code).toBe(0);

    const parts = partsOf(demo);
    expect(new Set(parts).size).toBe(3);
    expect(await Promise.all(parts.map(isAlive))).not.toContain(true);
    expect(existsSync(folderOf(demo))).toBe(false);
    await noneOpen(demo);
  });

  it.concurrent('rehearses a recovery, and leaves no test copy behind', async () => {
    const demo = startDemo('--drill', '--vms', '2', '--speed', '60', '--json');
    const { code, stdout } = await demo.finished;
    const { report, verdict } = JSON.parse(stdout) as { report: RunReport; verdict: DrillVerdict };
    expect(report).toMatchObject({ kind: 'drill', state: 'succeeded', totals: { vms: 2, succeeded: 2 } });
    expect(report.drill).toMatchObject({ phase: 'done', left: [], missed: [] });
    expect(verdict).toMatchObject({ ok: true, wrong: [] });
    expect(verdict.vms).toHaveLength(2);
    expect(code).toBe(0);
  });

  it.concurrent('ends its parts when it is told to stop', async () => {
    const demo = startDemo('--vms', '2', '--speed', '1');
    await said(demo, 'running');
    const where = folderOf(demo);
    expect(existsSync(where)).toBe(true);
    demo.child.kill('SIGINT');
    const { code, stderr } = await demo.finished;
    expect(code).toBe(130);
    expect(stderr).toContain('The demo was stopped; all its processes are ended.');
    expect(await Promise.all(partsOf(demo).map(isAlive))).not.toContain(true);
    expect(existsSync(where)).toBe(false);
    await noneOpen(demo);
  });

  it.concurrent('leaves nothing and does not crash when its terminal is closed', async () => {
    const own = tempFolder();
    const [seen, code] = [join(own.path, 'seen'), join(own.path, 'code')];
    // The shell of a terminal passes its end on; here it also tells how the demo ended.
    const demo = `${process.execPath} ${MAIN} demo --vms 2 --speed 1`;
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
});
