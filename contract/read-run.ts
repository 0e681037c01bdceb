/** A run's report, plan and VMs, put together from what the run and its shards answer. */
import type { QueryDefinition } from '@temporalio/common';
import type { Plan } from '../plan/types.js';
import type { AlikeInput, AlikeVm } from './alike.js';
import type { ReportHead } from './evidence.js';
import {
  type RunHead,
  runHeadQuery,
  runPlanQuery,
  runReportQuery,
  shardAlikeQuery,
  shardNeedsQuery,
  shardPieceQuery,
  shardRowsQuery,
  shardWantedQuery,
} from './messages.js';
import { runWorkflowId, shardWorkflowId } from './names.js';
import { type Needs, needsOf } from './needs.js';
import { type InWave, planOfVms } from './pieces.js';
import { isFinal, type RunReport, totalsOf, type VmReport } from './report.js';
import { allVmsIn } from './vapp.js';
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

/** What is known of a shard that has ended so long ago that Temporal has forgotten it, though its run is open. */
export type Forgotten<T> = (shard: number) => T | Promise<T>;

/**
 * What each shard of a run answers, in their order.
 * @param forgotten absent: that one is forgotten is an error
 */
const ofShards = <T>(
  run: string,
  { shards }: Pick<RunHead, 'shards'>,
  ask: (workflowId: string, n: number) => Promise<T> | T,
  forgotten?: Forgotten<T>,
): Promise<T[]> =>
  Promise.all(
    Array.from({ length: shards }, async (_, n) => {
      try {
        return await ask(shardWorkflowId(run, n), n);
      } catch (error) {
        if (forgotten === undefined || !isForgotten(error)) throw error;
        return forgotten(n);
      }
    }),
  );

/** Whether Temporal knows no such workflow: by its name, since this module knows nothing of Temporal's client. */
export const isForgotten = (error: unknown): boolean =>
  error instanceof Error && error.name === 'WorkflowNotFoundError';

/** How rows are read. */
export interface Reading {
  /** each without what takes the most room, as `briefOf` has it */
  isBrief?: boolean;
  forgotten?: Forgotten<VmReport[]>;
}

/** In the plan's order; those of a shard that is not loaded yet are not in it. */
export const askRows = async (ask: Ask, head: RunHead, reading: Reading = {}): Promise<VmReport[]> =>
  (await askShards(ask, head, reading)).flat();

/** The rows of each shard. */
export function askShards(ask: Ask, head: RunHead, { isBrief, forgotten }: Reading = {}): Promise<VmReport[][]> {
  const { run } = head.report;
  async function rowsOf(workflowId: string, n: number): Promise<VmReport[]> {
    const rows = await rowsOfShard(ask, workflowId, isBrief);
    return head.lost.includes(n) ? rows.map((vm) => lostWith(workflowId, vm)) : rows;
  }
  return ofShards(run, head, rowsOf, forgotten);
}

async function rowsOfShard(ask: Ask, workflowId: string, isBrief = false): Promise<VmReport[]> {
  const rows: VmReport[] = [];
  let from: number | null = 0;
  while (from !== null) {
    const page: { rows: VmReport[]; next: number | null } = await ask(workflowId, shardRowsQuery, { from, isBrief });
    rows.push(...page.rows);
    from = page.next;
  }
  return rows;
}

/** The row at an index of a shard, whole. */
export async function askRow(
  ask: Ask,
  { run, lost }: { run: string } & Pick<RunHead, 'lost'>,
  shard: number,
  from: number,
): Promise<VmReport | undefined> {
  const workflowId = shardWorkflowId(run, shard);
  const [row] = (await ask(workflowId, shardRowsQuery, { from, most: 1 })).rows;
  return row !== undefined && lost.includes(shard) ? lostWith(workflowId, row) : row;
}

/** Of the VMs that are meant, those that have not ended: none is of a shard that has. */
export async function askWanted(ask: Ask, run: string, asked: WantedInput): Promise<VmReport[]> {
  const head = await askHead(ask, run);
  const wanted = (workflowId: string, n: number): Promise<VmReport[]> | VmReport[] =>
    head.lost.includes(n) ? [] : ask(workflowId, shardWantedQuery, asked);
  return (await ofShards(run, head, wanted, () => [])).flat();
}

/** How many VMs of a run wait for a person, and for what. */
export async function askNeeds(ask: Ask, run: string, shards: number): Promise<Needs> {
  const parts = await ofShards(
    run,
    { shards },
    (workflowId) => ask(workflowId, shardNeedsQuery),
    () => needsOf([]),
  );
  const sum = (what: keyof Needs): number => parts.reduce((all, part) => all + part[what], 0);
  return { approval: sum('approval'), hold: sum('hold'), until: sum('until'), missed: sum('missed') };
}

/** Of the VMs that the plan of a run names, those that are meant. */
export async function askAlike(
  ask: Ask,
  run: string,
  asked: AlikeInput,
  forgotten?: Forgotten<AlikeVm[]>,
): Promise<AlikeVm[]> {
  const alike = (workflowId: string): Promise<AlikeVm[]> => ask(workflowId, shardAlikeQuery, asked);
  return (await ofShards(run, await askHead(ask, run), alike, forgotten)).flat();
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

export async function askReport(ask: Ask, run: string, reading?: Reading): Promise<RunReport> {
  const head = await askHead(ask, run);
  return withVms(head.report, await askRows(ask, head, reading));
}

/** The report of a drill, which has its VMs itself. */
export const askDrill = async (ask: Ask, run: string): Promise<RunReport> =>
  withRows(ask, await ask(runWorkflowId(run), runReportQuery, { isHead: true }));

/** @param head what a drill has answered: without its VMs, unless an earlier Drover began it */
export async function withRows(ask: Ask, head: RunReport): Promise<RunReport> {
  return allVmsIn(head.vms) === head.totals.vms ? head : withVms(head, await rowsOfShard(ask, runWorkflowId(head.run)));
}

/** The VMs know better how many there are in each state; while the plan is not all with the run, they are not all there. */
export function withVms(head: ReportHead, vms: VmReport[]): RunReport {
  const { shards: _, ...report } = head;
  return { ...report, totals: report.totals.vms === allVmsIn(vms) ? totalsOf(vms) : report.totals, vms };
}

/** As persons have changed it since. null: not all of it is loaded @param forgotten what the plan says of the VMs of a shard */
export async function askPlanOf(
  ask: Ask,
  run: string,
  forgotten?: (head: RunHead) => Forgotten<InWave[]>,
): Promise<Plan | null> {
  const [head, plan] = await Promise.all([askHead(ask, run), ask(runWorkflowId(run), runPlanQuery)]);
  async function vmsOf(workflowId: string): Promise<InWave[] | null> {
    const piece = await ask(workflowId, shardPieceQuery);
    if (piece === null) return null;
    return piece.waves.flatMap(({ at, vms }) => vms.map((vm) => ({ wave: plan.waves[at]?.name ?? '', vm })));
  }
  const parts = await ofShards(run, head, vmsOf, forgotten?.(head));
  const loaded = parts.filter((vms) => vms !== null);
  return loaded.length < parts.length ? null : planOfVms(plan, loaded.flat());
}
