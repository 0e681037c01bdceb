/** Drover's own record of a VM: the closed executions of its workflow, as far back as Temporal keeps them. */
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import pMap from 'p-map';
import { vmReportQuery } from '../contract/messages.js';
import type { VmReport } from '../contract/report.js';
import type { ActivityDeps } from './deps.js';
import { askTemporal } from './site-signals.js';

/** Of one VM, the newest. */
const MOST = 50;
const ASKED_AT_ONCE = 5;

/** Whether an earlier execution of the VM's workflow started this replication itself, which carries no mark. */
export async function droverStarted(deps: ActivityDeps, workflowId: string, replicationId: string): Promise<boolean> {
  const reports = await closedReports(deps, workflowId);
  return reports.some((report) => report.replicationId === replicationId && report.operations.some(isOwnStart));
}

const isOwnStart = ({ kind, adopted, owner }: VmReport['operations'][number]): boolean =>
  kind === 'start' && (!adopted || (owner !== undefined && owner !== 'person'));

/** Of one VM, newest first, as each run left it. */
export async function closedReports(deps: ActivityDeps, workflowId: string): Promise<VmReport[]> {
  const runIds = await askTemporal(deps, async () => {
    const found: string[] = [];
    const query = `WorkflowId = '${workflowId.replaceAll("'", "''")}' AND ExecutionStatus != 'Running'`;
    for await (const { runId } of deps.client.workflow.list({ query })) {
      if (found.push(runId) >= MOST) break;
    }
    return found;
  });
  const reports = await pMap(runIds, (runId) => reportOf(deps, workflowId, runId), { concurrency: ASKED_AT_ONCE });
  return reports.filter((report) => report !== null);
}

/** As its workflow left it; null: it is no longer kept, or was never written. */
async function reportOf(deps: ActivityDeps, workflowId: string, runId: string): Promise<VmReport | null> {
  const handle = deps.client.workflow.getHandle(workflowId, runId, { followRuns: false });
  try {
    return reportIn(await askTemporal(deps, () => handle.result()));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    if (!(error instanceof WorkflowFailedError)) throw error;
    const told = error.cause instanceof ApplicationFailure ? reportIn(error.cause.details?.at(-1)) : null;
    // Of one that somebody terminated, only its history tells.
    return told ?? (await askTemporal(deps, () => handle.query(vmReportQuery)).catch(() => null));
  }
}

const reportIn = (told: unknown): VmReport | null =>
  typeof told === 'object' && told !== null && 'operations' in told && 'replicationId' in told
    ? (told as VmReport)
    : null;
