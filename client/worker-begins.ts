import { setTimeout as delay } from 'node:timers/promises';
import { askTemporal, type Session } from './session.js';

/** temporal.api.enums.v1.PendingWorkflowTaskState */
const STARTED = 2;
const LOOK_EVERY = 100;
/** ms in which a worker that listens has begun */
const BEGUN_WITHIN = 5_000;

/**
 * Whether a worker begins with a new workflow within a few seconds. That somebody listened a moment ago does not say
 * so: a worker that has just stopped is listed for a while.
 */
export async function workerBegins(session: Session, workflowId: string): Promise<boolean> {
  const handle = session.client.workflow.getHandle(workflowId);
  const until = Date.now() + BEGUN_WITHIN;
  for (;;) {
    const { raw } = await askTemporal(session, () => handle.describe());
    const task = raw.pendingWorkflowTask;
    if (!task || Number(task.state) === STARTED || Number(task.attempt ?? 1) > 1) {
      return true;
    }
    if (Date.now() >= until) {
      return false;
    }
    await delay(LOOK_EVERY);
  }
}
