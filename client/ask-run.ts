import { type WorkflowExecutionInfo, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ReportHead } from '../contract/evidence.js';
import { DRILL, DRILL_FAILED } from '../contract/inputs.js';
import { type RunHead, runHeadQuery, runReportQuery } from '../contract/messages.js';
import { shardWorkflowId } from '../contract/names.js';
import { askBy, askRows, withVms } from '../contract/read-run.js';
import type { RunReport, VmReport } from '../contract/report.js';
import { type Session, within } from './session.js';

type Execution = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'type'>;

/** ms within which a plan is usually with its run */
const LOADING_TAKES = 30_000;

/** Of a run whose plan is not all with it yet, though that has had its time: how much of it is. */
export interface Loading {
  loaded: number;
  shards: number;
}

/**
 * The report that an execution of a run keeps. Of a run that ended by itself it is the workflow's result, which the server
 * alone can give, with the results of its shards: evidence must not depend on a worker. Any other needs a worker to answer, at
 * most `ms` milliseconds.
 */
export async function askRun(
  session: Session,
  execution: Execution,
  ms: number,
): Promise<{ report: RunReport; loading: Loading | null }> {
  return within(session, ms, async () => {
    const { head, isKept } = await headOf(session, execution);
    if ('vms' in head) return { report: head, loading: null };
    const { report, shards, loaded } = head;
    const vms = isKept ? await keptRows(session, head) : await askRows(askBy(session.client), head);
    const isLoading = !isKept && report.finishedAt === null && loaded.length < shards;
    return {
      report: withVms(report, vms),
      loading: isLoading && isOverdue(report) ? { loaded: loaded.length, shards } : null,
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
  const head = execution.type === DRILL ? await handle.query(runReportQuery) : await handle.query(runHeadQuery);
  return { head, isKept: false };
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

/** VMs of a run that has ended by itself. A shard that somebody terminated has left none: then all are asked, which takes a worker. */
export async function keptRows(session: Pick<Session, 'client'>, head: RunHead): Promise<VmReport[]> {
  const { report, shards, lost } = head;
  if (lost.length > 0) return askRows(askBy(session.client), head);
  const all = Array.from({ length: shards }, (_, n) =>
    session.client.workflow.getHandle(shardWorkflowId(report.run, n)).result(),
  );
  return ((await Promise.all(all)) as VmReport[][]).flat();
}

function isRunReport(value: unknown): value is RunReport {
  return typeof value === 'object' && value !== null && 'run' in value && 'totals' in value && 'vms' in value;
}

function isRunHead(value: unknown): value is RunHead {
  return typeof value === 'object' && value !== null && 'report' in value && 'shards' in value;
}
