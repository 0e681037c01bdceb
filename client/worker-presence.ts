import { setTimeout as delay } from 'node:timers/promises';
import { isPolled } from '../temporal/pollers.js';
import { NoWorker } from './errors.js';
import { askTemporal, type Session } from './session.js';

/** Whether a worker has asked for workflow tasks lately. One that was killed within the last minute still counts. */
export const workerListens = (session: Session): Promise<boolean> =>
  askTemporal(session, () => isPolled(session.client, session.taskQueue));

/** ms */
const LOOK_AGAIN = 1_000;

/** Looks once more before it says no: a worker that begins is seen on one queue before the next. */
export async function twice(look: () => Promise<boolean>): Promise<boolean> {
  if (await look()) return true;
  await delay(LOOK_AGAIN);
  return look();
}

/** @throws {@link NoWorker} when nobody would take up the work */
export async function requireWorker(session: Session, consequence: string): Promise<void> {
  if (!(await twice(() => workerListens(session)))) {
    throw new NoWorker(session.taskQueue, `No worker listens on task queue ${session.taskQueue}. ${consequence}`);
  }
}
