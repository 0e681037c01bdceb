/** What activities say to the workflows of sites and VMs. */
import { cancellationSignal } from '@temporalio/activity';
import { type SignalDefinition, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { SITE } from '../contract/inputs.js';
import { loginsAt, loginsMemo } from '../contract/logins.js';
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
export async function askTemporal<T>(deps: Pick<ActivityDeps, 'client'>, call: () => Promise<T>): Promise<T> {
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

type AskBy = <T>(call: () => Promise<T>) => Promise<T>;

/** Tells the site's workflow, which is started when it does not run. */
export async function signalSite<Args extends unknown[]>(
  deps: ActivityDeps,
  site: string,
  signal: SignalDefinition<Args>,
  ...args: Args
): Promise<void> {
  for (;;) {
    try {
      return await askTemporal(deps, () =>
        deps.client.workflow.getHandle(siteWorkflowId(site)).signal(signal, ...args),
      );
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
    await openSite(deps, site);
  }
}

/** As {@link signalSite}, for what somebody else tells it as well where this cannot. @returns whether it was told */
export async function isTold<Args extends unknown[]>(
  deps: ActivityDeps,
  site: string,
  signal: SignalDefinition<Args>,
  ...args: Args
): Promise<boolean> {
  try {
    await signalSite(deps, site, signal, ...args);
    return true;
  } catch (error) {
    if (cancellationSignal().aborted) throw error;
    return false;
  }
}

/** Makes sure that the site's workflow runs. One that somebody has ended is named to the next, which goes on where it was. */
export async function openSite(
  deps: Pick<ActivityDeps, 'client' | 'taskQueue'>,
  site: string,
  ask: AskBy = (call) => askTemporal(deps, call),
): Promise<void> {
  const workflowId = siteWorkflowId(site);
  const { workflow } = deps.client;
  const after = await ask(() => lastOf(workflow.getHandle(workflowId)));
  if (after?.isOpen === true) return;
  await ask(() =>
    workflow.start(SITE, {
      workflowId,
      taskQueue: deps.taskQueue,
      args: [{ site, ...(after === null ? {} : { after: after.runId }) }],
      memo: { ...contractMemo },
      workflowIdConflictPolicy: 'USE_EXISTING',
    }),
  );
}

/** For an activity whose workflow was terminated under it: nothing of this is awaited by that any more. */
export const reopenSite = (deps: ActivityDeps, site: string): Promise<void> =>
  openSite(deps, site, (call) => deps.client.workflow.withDeadline(Date.now() + PATIENCE, call));

/** null: there was none, or Temporal has forgotten it */
async function lastOf(handle: { describe(): Promise<WorkflowExecutionDescription> }) {
  try {
    const { status, runId } = await handle.describe();
    return { isOpen: status.name === 'RUNNING', runId };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** Polled by the logins that it was sent by. Handing the same operation over twice is harmless. */
export async function watchAtSite(deps: ActivityDeps, site: string, watch: Watch): Promise<void> {
  const logins = loginsAt(deps.logins ?? {}, [site, watch.peer]);
  await signalSite(deps, site, watchSignal, { ...watch, ...loginsMemo(logins) });
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
