import { type WorkflowExecutionInfo, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DRILL_FAILED, runReportQuery } from '../contract/messages.js';
import type { RunReport } from '../contract/report.js';
import { type Session, within } from './session.js';

/**
 * The report that an execution of a run keeps. Of a run that ended by itself it is the workflow's result, which the server
 * alone can give: evidence must not depend on a worker. Any other needs a worker to answer, at most `ms` milliseconds.
 */
export async function askRun(
  session: Session,
  execution: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status'>,
  ms: number,
): Promise<RunReport> {
  const handle = session.client.workflow.getHandle(execution.workflowId, execution.runId);
  return within(session, ms, async () => {
    const kept = keepsReport(execution) ? await keptReport(handle) : null;
    return kept ?? handle.query(runReportQuery);
  });
}

/** Whether an execution may have left its report with the server. */
export function keepsReport({ status }: Pick<WorkflowExecutionInfo, 'status'>): boolean {
  return status.name === 'COMPLETED' || status.name === 'FAILED';
}

/** A drill that proved less than it should fails, so that its schedule can tell; its report is in the failure. */
async function keptReport(handle: WorkflowHandle): Promise<RunReport | null> {
  try {
    const result: unknown = await handle.result();
    return isRunReport(result) ? result : null;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    const [report] = cause instanceof ApplicationFailure && cause.type === DRILL_FAILED ? (cause.details ?? []) : [];
    return isRunReport(report) ? report : null;
  }
}

function isRunReport(value: unknown): value is RunReport {
  return typeof value === 'object' && value !== null && 'run' in value && 'totals' in value && 'vms' in value;
}
