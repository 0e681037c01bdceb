import { WorkflowFailedError } from '@temporalio/client';
import { SWEEP, type SweepInput, type SweepResult } from '../../contract/inputs.js';
import { sweepWorkflowId } from '../../contract/names.js';
import { contractMemo } from '../../contract/number.js';
import { NoWorker, SweepPending } from '../errors.js';
import { requireSites } from '../require-site.js';
import { askTemporal, type Session } from '../session.js';
import { workerBegins } from '../worker-begins.js';
import { requireWorker } from '../worker-presence.js';

/** What a sweep of a site found, and did. */
export interface Swept extends SweepResult {
  site: string;
}

/**
 * Removes the test copies that drills have left at a site, and waits for it as long as it takes. One sweep of a site at a
 * time: who asks for another waits for the one that runs.
 * @param signal ends the waiting, never the sweep; the signal's reason is thrown then
 * @throws NoWorker, SiteAway; then nothing was begun; {@link SweepPending}: it is kept for a worker
 */
export async function sweepSite(session: Session, site: string, signal?: AbortSignal): Promise<Swept> {
  await requireWorker(session, 'Nothing was removed.');
  await requireSites(session, [site], { login: true });
  const input: SweepInput = { site };
  const handle = await askTemporal(session, () =>
    session.client.workflow.start(SWEEP, {
      workflowId: sweepWorkflowId(site),
      taskQueue: session.taskQueue,
      args: [input],
      memo: { ...contractMemo },
      workflowIdConflictPolicy: 'USE_EXISTING',
    }),
  );
  if (!(await workerBegins(session, handle.workflowId))) {
    throw new SweepPending(site);
  }
  const wait = async (): Promise<SweepResult> => (await handle.result()) as SweepResult;
  try {
    return { site, ...(await (signal === undefined ? wait() : session.connection.withAbortSignal(signal, wait))) };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof WorkflowFailedError && error.cause !== undefined) {
      throw new NoWorker(
        session.taskQueue,
        `The sweep of site ${site} ended early: ${error.cause.message}`,
        `type the command again: drover drill sweep ${site}`,
        error,
      );
    }
    throw error;
  }
}
