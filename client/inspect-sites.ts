import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { INSPECT_SITES, type InspectSitesInput } from '../contract/inputs.js';
import type { SiteInspection } from '../contract/inspection.js';
import { NoWorker } from './errors.js';
import { askTemporal, isUnanswered, type Session, within } from './session.js';
import { workerBegins } from './worker-begins.js';
import { requireWorker } from './worker-presence.js';

/** ms for a worker to check every site; each check has its own, shorter limits */
const INSPECTED_WITHIN = 120_000;

/** Has a worker check the sites, since logins live with the workers. `sites` null: all that the worker is configured for. */
export async function inspectSites(session: Session, sites: string[] | null): Promise<SiteInspection[]> {
  await requireWorker(session, 'The sites were not checked.');
  const handle = await askTemporal(session, () =>
    session.client.workflow.start<(input: InspectSitesInput) => Promise<SiteInspection[]>>(INSPECT_SITES, {
      workflowId: `doctor/${randomUUID()}`,
      taskQueue: session.taskQueue,
      args: [{ sites }],
      workflowExecutionTimeout: INSPECTED_WITHIN,
    }),
  );
  if (!(await workerBegins(session, handle.workflowId))) {
    await askTemporal(session, () => handle.terminate('no worker took it up'));
    throw new NoWorker(
      session.taskQueue,
      `No worker listens on task queue ${session.taskQueue} any more. The sites were not checked.`,
    );
  }
  try {
    return await within(session, INSPECTED_WITHIN, () => handle.result());
  } catch (error) {
    if (isUnanswered(error)) {
      throw new NoWorker(
        session.taskQueue,
        `The worker on task queue ${session.taskQueue} did not check the sites in time.`,
        "see the worker's log",
        error,
      );
    }
    if (error instanceof WorkflowFailedError && error.cause !== undefined) {
      throw new NoWorker(
        session.taskQueue,
        `The worker could not check the sites: ${error.cause.message}`,
        "see the worker's log",
        error,
      );
    }
    throw error;
  }
}
