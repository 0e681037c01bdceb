/** What activities say to the workflows of sites and VMs. */
import { cancellationSignal } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { SIGNALS, SITE_WORKFLOW, siteWorkflowId } from '../contract/names.js';
import type { Notice, OperationRequest, Submitted, Watch } from '../contract/operation.js';
import type { ActivityDeps } from './deps.js';

/** A call to Temporal is given up after this: ms. The activity's own retries go on. */
const PATIENCE = 10_000;

/**
 * A call to Temporal that ends when the activity is cancelled or its worker stops: a query, for one, waits for a worker, and
 * the only one may be the one that stops.
 */
export async function askTemporal<T>(deps: ActivityDeps, call: () => Promise<T>): Promise<T> {
  const { workflow } = deps.client;
  // A signal of its own for each call: the SDK adds a listener and leaves it.
  const signal = AbortSignal.any([cancellationSignal()]);
  try {
    return await workflow.withAbortSignal(signal, () => workflow.withDeadline(Date.now() + PATIENCE, call));
  } catch (error) {
    // The SDK reports its own cancelled call; what happened is that this activity was cancelled.
    throw signal.aborted ? signal.reason : error;
  }
}

/** Starts the site's workflow when it does not run. */
export async function signalSite(
  deps: ActivityDeps,
  site: string,
  signal: string,
  ...signalArgs: unknown[]
): Promise<void> {
  await askTemporal(deps, () =>
    deps.client.workflow.signalWithStart(SITE_WORKFLOW, {
      workflowId: siteWorkflowId(site),
      taskQueue: deps.taskQueue,
      args: [{ site }],
      signal,
      signalArgs,
    }),
  );
}

/** Handing the same operation over twice is harmless. */
export async function watchAtSite(deps: ActivityDeps, site: string, watch: Watch): Promise<void> {
  await signalSite(deps, site, SIGNALS.watch, watch);
}

export async function handToWatcher(
  deps: ActivityDeps,
  request: OperationRequest,
  submitted: Submitted,
): Promise<void> {
  await watchAtSite(deps, request.site, {
    operationId: request.operationId,
    workflowId: request.workflowId,
    run: request.run,
    vm: request.vm,
    kind: request.kind,
    taskId: submitted.taskId,
    replicationId: submitted.replicationId,
    peer: request.peer,
    until: request.until,
    phase: 'task',
    slot: request.slot,
    since: submitted.submittedAt,
    ...(request.recoveredVmId === undefined ? {} : { recoveredVmId: request.recoveredVmId }),
  });
}

/** Tells a VM's workflow; one that has ended does not need to know. */
export async function notifyVm(deps: ActivityDeps, workflowId: string, notice: Notice): Promise<void> {
  try {
    await askTemporal(deps, () => deps.client.workflow.getHandle(workflowId).signal(SIGNALS.operationEnded, notice));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
