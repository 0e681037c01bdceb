import { NoWorker } from './errors.js';
import { askTemporal, type Session } from './session.js';

/**
 * Workers ask for work in long polls of about a minute, and the server remembers when each began; one that has not
 * asked for longer than this is gone, though the server lists it for five minutes.
 */
const RECENT = 75_000;

/** temporal.api.enums.v1.TaskQueueType */
const WORKFLOW_TASKS = 1;

/** Whether a worker has asked for workflow tasks lately. One that was killed within the last minute still counts. */
export async function workerListens(session: Session): Promise<boolean> {
  const { pollers } = await askTemporal(session, () =>
    session.client.workflowService.describeTaskQueue({
      namespace: session.namespace,
      taskQueue: { name: session.taskQueue },
      taskQueueType: WORKFLOW_TASKS,
    }),
  );
  const since = Date.now() - RECENT;
  return (pollers ?? []).some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > since);
}

/** @throws {@link NoWorker} when nobody would take up the work */
export async function requireWorker(session: Session, consequence: string): Promise<void> {
  if (!(await workerListens(session))) {
    throw new NoWorker(session.taskQueue, `No worker listens on task queue ${session.taskQueue}. ${consequence}`);
  }
}
