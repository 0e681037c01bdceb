import { isPolled } from '../temporal/pollers.js';
import { NoWorker } from './errors.js';
import { askTemporal, type Session } from './session.js';

/** Whether a worker has asked for workflow tasks lately. One that was killed within the last minute still counts. */
export const workerListens = (session: Session): Promise<boolean> =>
  askTemporal(session, () => isPolled(session.client, session.taskQueue));

/** @throws {@link NoWorker} when nobody would take up the work */
export async function requireWorker(session: Session, consequence: string): Promise<void> {
  if (!(await workerListens(session))) {
    throw new NoWorker(session.taskQueue, `No worker listens on task queue ${session.taskQueue}. ${consequence}`);
  }
}
