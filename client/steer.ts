/** Steering messages: sent once, answered by the run's workflow within a bounded time, or not at all and then said so. */
import { randomUUID } from 'node:crypto';
import {
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Steered } from '../contract/messages.js';
import { runWorkflowId } from '../contract/names.js';
import { NoWorker, Refused, RunEnded } from './errors.js';
import { findFailing } from './failing-task.js';
import { describeRun } from './run-state.js';
import { askTemporal, type Session, within } from './session.js';
import { workerListens } from './worker-presence.js';

/** ms for a run to act on a message */
const STEERED_WITHIN = 15_000;

/** Sends an update; a run acts once on one `updateId`, however often the call behind it is sent again. */
export type Send = (handle: WorkflowHandle, updateId: string) => Promise<Steered>;

/** @throws RunNotFound, {@link RunEnded}, {@link Refused}, {@link NoWorker}, WorkflowFailing */
export async function steer(session: Session, run: string, send: Send): Promise<Steered> {
  const { status } = await describeRun(session, run);
  if (status.name !== 'RUNNING') {
    throw new RunEnded(run);
  }
  if (!(await workerListens(session))) {
    throw unheard(session, run);
  }
  const handle = session.client.workflow.getHandle(runWorkflowId(run));
  try {
    return await within(session, STEERED_WITHIN, () => send(handle, randomUUID()));
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      throw new Refused(run, error.cause?.message ?? error.message);
    }
    if (error instanceof WorkflowNotFoundError) {
      throw new RunEnded(run);
    }
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      throw (await findFailing(session, await describeRun(session, run))) ?? unheard(session, run);
    }
    throw error;
  }
}

/** The workflow's own cancellation: the server keeps it until a worker is there to act on it. */
export async function requestCancel(session: Session, run: string): Promise<void> {
  await askTemporal(session, () => session.client.workflow.getHandle(runWorkflowId(run)).cancel());
}

function unheard(session: Session, run: string): NoWorker {
  return new NoWorker(
    session.taskQueue,
    `No worker answers for run ${run} on task queue ${session.taskQueue}.`,
    'start one with: drover worker; if one runs, see its log; then type the command again',
  );
}
