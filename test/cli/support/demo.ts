/** The demo as a process of its own, and what it leaves of its parts, folders and workflows. */
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { onQueuesOf } from '../../../contract/queues.js';
import { isAlive } from '../../support/eventually.js';
import type { Folder } from '../../support/folder.js';
import { until } from '../../support/until.js';
import { type Started, startCli } from './cli.js';

const address = process.env.DROVER_TEST_TEMPORAL ?? '';

export const startDemoIn = ({ path }: Folder, ...args: string[]): Started =>
  startCli(['demo', ...args], { cwd: path, env: { TEMPORAL_ADDRESS: address, TMPDIR: path } });

/** Process ids that the demo has named, its own left out. */
export const partsOf = ({ said }: Started): number[] => pidsIn(said.stderr);

export const pidsIn = (text: string): number[] => [...text.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));

export const said = (demo: Started, text: string) =>
  until(
    async () => demo.said.stderr,
    (stderr) => stderr.includes(text),
  );

export const noneLeft = (pids: number[]) =>
  until(
    () => Promise.all(pids.map(isAlive)),
    (alive) => alive.every((one) => !one),
  );

/** The demo's temporary folder, known from the plan that it wrote there. */
export const folderOf = ({ said }: Started): string => dirname(said.stderr.match(/plan (\/\S+)/)?.[1] ?? '');

export const demoFoldersIn = ({ path }: Folder): string[] =>
  readdirSync(path).filter((name) => name.startsWith('drover-demo-'));

export async function openWorkflowsOf(demo: Started): Promise<string[]> {
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

/** What Temporal lists follows what is so a little later. */
export const noneOpen = (demo: Started) =>
  until(
    () => openWorkflowsOf(demo),
    (open) => open.length === 0,
  );
