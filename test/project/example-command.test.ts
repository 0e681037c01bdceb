import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunReport } from '../../client/index.js';
import { openWorld, type World } from '../client/support/world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld({ vms: 6 });
});
afterAll(() => world.close());

const program = fileURLToPath(new URL('../../examples/bulk-migration.ts', import.meta.url));

/** As its first lines say, but that `npx tsx` is `node --import tsx`. */
async function bulkMigration(...args: string[]) {
  const env = { PATH: process.env.PATH, TEMPORAL_ADDRESS: world.address, DROVER_ACTOR: 'the night' };
  const command = ['--import', import.meta.resolve('tsx'), program, ...args, '--task-queue', world.taskQueue];
  const run = promisify(execFile)(process.execPath, command, { env, cwd: world.folder.path });
  return run.then(
    ({ stderr }) => ({ code: 0, stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  );
}

test('the example program approves waves by its rule, tries again what failed by one code, and writes the report', async () => {
  const { source, destination } = world.sites;
  const error = { code: 'PolicyViolation', msg: 'not now' };
  world.simulator.control.addFaults({ operation: 'migrate', kind: 'fail-task', times: 1, error });
  const args = [
    '--source',
    source,
    '--destination',
    destination,
    '--vms',
    '4',
    '--wave',
    '2',
    '--id',
    `bulk-${world.tag}`,
  ];
  const { code, stderr } = await bulkMigration(...args, '--retry', 'PolicyViolation', '--report', 'night.json');
  const lines = stderr.trim().split('\n');
  expect(lines[0]).toBe(`bulk-${world.tag} started with 4 VMs`);
  expect(lines.at(-1)).toBe('4 of 4 VMs moved; the report is in night.json');
  expect(code).toBe(0);
  expect(lines.filter((line) => line.startsWith('Approved wave wave-1: 2 VMs'))).toHaveLength(1);
  expect(lines.filter((line, at) => line === lines[at - 1])).toEqual([]);
  const written = readFileSync(join(world.folder.path, 'night.json'), 'utf8');
  const { report, again } = JSON.parse(written) as { report: RunReport; again: RunReport };
  expect(report.totals).toMatchObject({ vms: 4, succeeded: 3, failed: 1 });
  expect(report.acts?.map(({ act, actor, target }) => [act, actor, target])).toEqual([
    ['approve', 'the night', 'wave:wave-1'],
    ['approve', 'the night', 'wave:wave-2'],
  ]);
  expect(again.totals).toMatchObject({ vms: 1, succeeded: 1 });
  expect(world.wrongWith(report)).toEqual([]);
  // The one that failed, and the one that moved it.
  expect(world.wrongWith(again)).toEqual([`${again.vms[0]?.name}: 2 migrates accepted`]);
  // As after a kill, though its VMs were moved by now.
  const repeated = await bulkMigration(...args, '--retry', 'PolicyViolation', '--report', 'again.json');
  expect(repeated.stderr).toContain(`bulk-${world.tag} was started before; waiting for it`);
  expect(repeated.code).toBe(0);
});

test('the example program says what is wrong in one line', async () => {
  expect(await bulkMigration('--source', 'paris')).toEqual({
    code: 2,
    stderr: '--source and --destination are missing \n',
  });
  const { code, stderr } = await bulkMigration('--source', world.sites.source, '--destination', 'nowhere');
  expect(code).toBe(2);
  expect(stderr).not.toMatch(/^ +at /m);
});
