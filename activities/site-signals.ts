/** What activities say to the workflows of sites and VMs. */
import { cancellationSignal } from '@temporalio/activity';
import { type SignalDefinition, WorkflowNotFoundError } from '@temporalio/client';
import { SITE } from '../contract/inputs.js';
import { operationEndedSignal, operationTroubledSignal, watchSignal } from '../contract/messages.js';
import { siteWorkflowId } from '../contract/names.js';
import type { Notice, OperationTrouble } from '../contract/notice.js';
import { contractMemo } from '../contract/number.js';
import type { Watch } from '../contract/watch.js';
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
export async function signalSite<Args extends unknown[]>(
  deps: ActivityDeps,
  site: string,
  signal: SignalDefinition<Args>,
  ...signalArgs: Args
): Promise<void> {
  await askTemporal(deps, () =>
    deps.client.workflow.signalWithStart(SITE, {
      workflowId: siteWorkflowId(site),
      taskQueue: deps.taskQueue,
      args: [{ site }],
      memo: { ...contractMemo },
      signal: signal.name,
      signalArgs: signalArgs as unknown[],
    }),
  );
}

/** Handing the same operation over twice is harmless. */
export async function watchAtSite(deps: ActivityDeps, site: string, watch: Watch): Promise<void> {
  await signalSite(deps, site, watchSignal, watch);
}

/** Tells a VM's workflow; false when it has ended, and does not need to know. */
export const notifyVm = (deps: ActivityDeps, workflowId: string, notice: Notice): Promise<boolean> =>
  signalVm(deps, workflowId, operationEndedSignal, notice);

export const tellTrouble = (deps: ActivityDeps, workflowId: string, trouble: OperationTrouble): Promise<boolean> =>
  signalVm(deps, workflowId, operationTroubledSignal, trouble);

async function signalVm<Args extends unknown[]>(
  deps: ActivityDeps,
  workflowId: string,
  signal: SignalDefinition<Args>,
  ...args: Args
): Promise<boolean> {
  try {
    await askTemporal(deps, () => deps.client.workflow.getHandle(workflowId).signal(signal, ...args));
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return false;
  }
}
