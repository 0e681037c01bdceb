/** Drover's own record of a VM: the closed executions of its workflow, as far back as Temporal keeps them, and the store. */
import { activityInfo, log } from '@temporalio/activity';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import pMap from 'p-map';
import { STORE_AWAY } from '../contract/evidence.js';
import { vmReportQuery } from '../contract/messages.js';
import type { VmReport } from '../contract/report.js';
import type { ActivityDeps } from './deps.js';
import { askTemporal } from './site-signals.js';
import { orAway } from './store.js';

/** Of one VM, the newest. */
const MOST = 50;
const ASKED_AT_ONCE = 5;
/** What finds a VM, or tells of it, does without a store that is away for so many attempts: a failover may need it, or a stop. */
export const FEW_TRIES = 3;

/**
 * Whether an earlier run of the VM started this replication itself, which carries no mark.
 * @throws ApplicationFailure `StoreAway`, to be tried again: nobody's replication is called a person's on a guess
 */
export async function droverStarted(deps: ActivityDeps, workflowId: string, replicationId: string): Promise<boolean> {
  const reports = await earlierReports(deps, workflowId);
  return reports.some((report) => report.replicationId === replicationId && report.operations.some(isOwnStart));
}

const isOwnStart = ({ kind, adopted, owner }: VmReport['operations'][number]): boolean =>
  kind === 'start' && (!adopted || (owner !== undefined && owner !== 'person'));

/**
 * Of one VM, newest first, as each run left it. What Temporal has forgotten is older than what it has, and stands in the store.
 * @param tries attempts of the activity that fail while the store is away; what Temporal has is all that is told by the last
 * @throws ApplicationFailure `StoreAway`, to be tried again
 */
export async function earlierReports(
  deps: ActivityDeps,
  workflowId: string,
  tries = Number.POSITIVE_INFINITY,
): Promise<VmReport[]> {
  const closed = await closedReports(deps, workflowId);
  try {
    return [...closed, ...(await orAway(() => deps.store.reportsOf(workflowId, MOST), { nonRetryable: false }))];
  } catch (error) {
    const isAway = error instanceof ApplicationFailure && error.type === STORE_AWAY;
    if (!isAway || activityInfo().attempt < tries) throw error;
    log.warn('what earlier runs left of a VM is asked of Temporal alone', { workflowId, why: error.message });
    return closed;
  }
}

async function closedReports(deps: ActivityDeps, workflowId: string): Promise<VmReport[]> {
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
