import type { WorkflowExecutionInfo } from '@temporalio/client';
import { runReportQuery } from '../workflows/messages.js';
import type { RunReport } from '../workflows/report.js';
import { type Session, within } from './session.js';

/**
 * The report that an execution of a run keeps. Of a run that ended by itself it is the workflow's result, which the server
 * alone can give: evidence must not depend on a worker. Any other needs a worker to answer, at most `ms` milliseconds.
 */
export async function askRun(
  session: Session,
  { workflowId, runId, status }: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status'>,
  ms: number,
): Promise<RunReport> {
  const handle = session.client.workflow.getHandle(workflowId, runId);
  return within(session, ms, async () => {
    const result: unknown = status.name === 'COMPLETED' ? await handle.result() : null;
    return isRunReport(result) ? result : handle.query(runReportQuery);
  });
}

function isRunReport(value: unknown): value is RunReport {
  return typeof value === 'object' && value !== null && 'run' in value && 'totals' in value && 'vms' in value;
}
