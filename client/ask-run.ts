import { type WorkflowExecutionInfo, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ReportHead } from '../contract/evidence.js';
import { DRILL, DRILL_FAILED } from '../contract/inputs.js';
import { type RunHead, runHeadQuery, runReportQuery } from '../contract/messages.js';
import { shardWorkflowId } from '../contract/names.js';
import { askBy, askShards, type Forgotten, isForgotten, withRows, withVms } from '../contract/read-run.js';
import type { RunReport, VmReport } from '../contract/report.js';
import { MOST_IN_SHARD, type PlanHead } from '../contract/shard.js';
import { ForgottenShards } from './forgotten-shards.js';
import { ANSWER_WITHIN, type Session, within } from './session.js';

type Execution = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'type'>;

/** ms within which a plan is usually with its run */
const LOADING_TAKES = 30_000;

/** Of a run whose plan is not all with it yet, though that has had its time: how much of it is. */
export interface Loading {
  loaded: number;
  shards: number;
}

export interface Asked {
  report: RunReport;
  loading: Loading | null;
  /** where its VMs are worked; none: not told */
  sites: string[];
  /** the rows of each shard, where they came without what takes the most room; null: they are whole */
  brief: VmReport[][] | null;
  /** shards that somebody has terminated, by index */
  lost: number[];
  /** what the store has of it */
  kept: ForgottenShards;
}

/**
 * The report that an execution of a run keeps. Of a run that ended by itself it is the workflow's result, which the server
 * alone can give, with the results of its shards: evidence must not depend on a worker. Any other needs a worker to answer, at
 * most `ms` milliseconds.
 * @param isBrief of one that goes on: without what takes the most room
 * @param known what an earlier look has read of the store; null: nothing
 */
export async function askRun(
  session: Session,
  execution: Execution,
  ms: number,
  isBrief = false,
  known: ForgottenShards | null = null,
): Promise<Asked> {
  return within(session, ms, async () => {
    const { head, isKept } = await headOf(session, execution);
    const said = 'vms' in head ? head : head.report;
    const store = known?.isOf(said) ? known : new ForgottenShards(session, said);
    if ('vms' in head) {
      const report = isKept ? head : await withRows(askBy(session.client), head);
      const vms = isBrief ? report.vms : await store.whole(report.vms, 0);
      return { report: { ...report, vms }, loading: null, sites: [], brief: null, lost: [], kept: store };
    }
    const { report, shards, loaded, lost, sites = [] } = head;
    const forgotten = (shard: number): Promise<VmReport[]> => store.rowsOf(shard);
    const rows = isKept
      ? await keptShards(session, head, forgotten)
      : await askShards(askBy(session.client), head, { isBrief, forgotten });
    const parts = isBrief
      ? rows
      : await Promise.all(rows.map((some, shard) => store.whole(some, shard * MOST_IN_SHARD)));
    const isLoading = !isKept && report.finishedAt === null && loaded.length < shards;
    return {
      report: withVms(report, parts.flat()),
      loading: isLoading && isOverdue(report) ? { loaded: loaded.length, shards } : null,
      sites,
      brief: isBrief && !isKept ? parts : null,
      lost,
      kept: store,
    };
  });
}

const isOverdue = ({ startedAt }: ReportHead): boolean => Date.now() - Date.parse(startedAt) > LOADING_TAKES;

/** The report but for its VMs, as a list needs it: it costs the same however many they are. */
export function askRunHead(session: Session, execution: Execution, ms: number): Promise<ReportHead> {
  return within(session, ms, async () => {
    const { head } = await headOf(session, execution);
    return 'vms' in head ? head : head.report;
  });
}

/** Whether an execution may have left its report with the server. */
export function keepsReport({ status }: Pick<WorkflowExecutionInfo, 'status'>): boolean {
  return status.name === 'COMPLETED' || status.name === 'FAILED';
}

async function headOf(
  { client }: Session,
  execution: Execution,
): Promise<{ head: RunHead | RunReport; isKept: boolean }> {
  const handle = client.workflow.getHandle(execution.workflowId, execution.runId);
  const kept = keepsReport(execution) ? await keptHead(handle) : null;
  if (kept !== null) return { head: kept, isKept: true };
  const head =
    execution.type === DRILL ? await handle.query(runReportQuery, { isHead: true }) : await handle.query(runHeadQuery);
  return { head, isKept: false };
}

/** The plan that a run which has ended by itself has left with the server; null: it has left none. */
export async function keptPlanOf(session: Session, execution: Execution): Promise<PlanHead | null> {
  if (!keepsReport(execution)) return null;
  const { head } = await within(session, ANSWER_WITHIN, () => headOf(session, execution));
  return 'vms' in head ? null : (head.plan ?? null);
}

/** A drill that proved less than it should fails, so that its schedule can tell; its report is in the failure. */
async function keptHead(handle: WorkflowHandle): Promise<RunHead | RunReport | null> {
  try {
    const result: unknown = await handle.result();
    return isRunReport(result) || isRunHead(result) ? result : null;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    const [report] = cause instanceof ApplicationFailure && cause.type === DRILL_FAILED ? (cause.details ?? []) : [];
    return isRunReport(report) ? report : null;
  }
}

export const keptRows = async (session: Pick<Session, 'client'>, head: RunHead): Promise<VmReport[]> =>
  (await keptShards(session, head)).flat();

/** VMs of a run that has ended by itself. A shard that somebody terminated has left none: then all are asked, which takes a worker. */
async function keptShards(
  session: Pick<Session, 'client'>,
  head: RunHead,
  forgotten?: Forgotten<VmReport[]>,
): Promise<VmReport[][]> {
  const { report, shards, lost } = head;
  const reading = forgotten === undefined ? {} : { forgotten };
  if (lost.length > 0) return askShards(askBy(session.client), head, reading);
  async function resultOf(n: number): Promise<VmReport[]> {
    try {
      return (await session.client.workflow.getHandle(shardWorkflowId(report.run, n)).result()) as VmReport[];
    } catch (error) {
      if (forgotten === undefined || !isForgotten(error)) throw error;
      return forgotten(n);
    }
  }
  return Promise.all(Array.from({ length: shards }, (_, n) => resultOf(n)));
}

function isRunReport(value: unknown): value is RunReport {
  return typeof value === 'object' && value !== null && 'run' in value && 'totals' in value && 'vms' in value;
}

function isRunHead(value: unknown): value is RunHead {
  return typeof value === 'object' && value !== null && 'report' in value && 'shards' in value;
}
