/** A run's report, plan and VMs, put together from what the run and its shards answer. */
import type { QueryDefinition } from '@temporalio/common';
import type { Plan } from '../plan/types.js';
import type { AlikeInput, AlikeVm } from './alike.js';
import type { ReportHead } from './evidence.js';
import {
  type RunHead,
  runHeadQuery,
  runPlanQuery,
  shardAlikeQuery,
  shardPieceQuery,
  shardRowsQuery,
  shardWantedQuery,
} from './messages.js';
import { runWorkflowId, shardWorkflowId } from './names.js';
import { planOf } from './pieces.js';
import { isFinal, type RunReport, totalsOf, type VmReport } from './report.js';
import type { Piece } from './shard.js';
import type { WantedInput } from './wanted-units.js';

/** Asks a workflow by its id. */
export type Ask = <R, A extends unknown[]>(workflowId: string, query: QueryDefinition<R, A>, ...args: A) => Promise<R>;

/** What of Temporal's client it takes, which workflows do not know. */
interface Asking {
  workflow: { getHandle(workflowId: string): { query: QueryOne } };
}

type QueryOne = <R, A extends unknown[]>(query: QueryDefinition<R, A>, ...args: A) => Promise<R>;

/** Deadlines are the caller's. */
export const askBy =
  ({ workflow }: Asking): Ask =>
  (workflowId, query, ...args) =>
    workflow.getHandle(workflowId).query(query, ...args);

export const askHead = (ask: Ask, run: string): Promise<RunHead> => ask(runWorkflowId(run), runHeadQuery);

/** What each shard of a run answers, in their order. */
const ofShards = <T>(
  run: string,
  { shards }: Pick<RunHead, 'shards'>,
  ask: (workflowId: string, n: number) => T,
): Promise<Awaited<T>[]> => Promise.all(Array.from({ length: shards }, (_, n) => ask(shardWorkflowId(run, n), n)));

/** In the plan's order; those of a shard that is not loaded yet are not in it. */
export async function askRows(ask: Ask, head: RunHead): Promise<VmReport[]> {
  const all = await ofShards(head.report.run, head, async (workflowId, n) => {
    const rows = await rowsOfShard(ask, workflowId);
    return head.lost.includes(n) ? rows.map((vm) => lostWith(workflowId, vm)) : rows;
  });
  return all.flat();
}

async function rowsOfShard(ask: Ask, workflowId: string): Promise<VmReport[]> {
  const rows: VmReport[] = [];
  let from: number | null = 0;
  while (from !== null) {
    const page: { rows: VmReport[]; next: number | null } = await ask(workflowId, shardRowsQuery, { from });
    rows.push(...page.rows);
    from = page.next;
  }
  return rows;
}

/** Of the VMs that are meant, those that have not ended. */
export async function askWanted(ask: Ask, run: string, asked: WantedInput): Promise<VmReport[]> {
  const head = await askHead(ask, run);
  const all = await ofShards(run, head, (workflowId, n) =>
    head.lost.includes(n) ? [] : ask(workflowId, shardWantedQuery, asked),
  );
  return all.flat();
}

/** Of the VMs that the plan of a run names, those that are meant. */
export async function askAlike(ask: Ask, run: string, asked: AlikeInput): Promise<AlikeVm[]> {
  return (await ofShards(run, await askHead(ask, run), (workflowId) => ask(workflowId, shardAlikeQuery, asked))).flat();
}

/** A VM that had not ended when its shard was terminated: nobody brings it to its end. */
function lostWith(workflowId: string, vm: VmReport): VmReport {
  if (isFinal(vm.state)) return vm;
  const message = `${workflowId}, the workflow that led this VM, was terminated.`;
  const advice = 'Look at its replication before it is run again.';
  return {
    ...vm,
    state: 'failed',
    waitingFor: null,
    error: { code: 'Terminated', message, operation: null, taskId: null, site: null, advice },
  };
}

export async function askReport(ask: Ask, run: string): Promise<RunReport> {
  const head = await askHead(ask, run);
  return withVms(head.report, await askRows(ask, head));
}

/** The VMs know better how many there are in each state; while the plan is not all with the run, they are not all there. */
export function withVms(report: ReportHead, vms: VmReport[]): RunReport {
  return { ...report, totals: report.totals.vms === vms.length ? totalsOf(vms) : report.totals, vms };
}

/** null: not all of it is loaded */
export async function askPlanOf(ask: Ask, run: string): Promise<Plan | null> {
  const [head, plan] = await Promise.all([askHead(ask, run), ask(runWorkflowId(run), runPlanQuery)]);
  const pieces = await ofShards(run, head, (workflowId) => ask(workflowId, shardPieceQuery));
  const loaded = pieces.filter((piece): piece is Piece => piece !== null);
  return loaded.length < pieces.length ? null : planOf(plan, loaded);
}
