/** Steering messages: sent once, answered by the run's workflow within a bounded time, or not at all and then said so. */
import { createHash, randomUUID } from 'node:crypto';
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { ACT_HOLDS, ACT_TOO_LATE, type Validity } from '../contract/act.js';
import { runActsQuery, type Steered } from '../contract/messages.js';
import { runWorkflowId } from '../contract/names.js';
import { ActPending, NoWorker, Refused, RunEnded, type WorkflowFailing } from './errors.js';
import { findFailing } from './failing-task.js';
import { describeRun, whyUnanswered } from './run-state.js';
import { ANSWER_WITHIN, askTemporal, isLost, type Session, unreachable, within } from './session.js';
import { workerListens } from './worker-presence.js';

/** ms for a run to act on a message */
const STEERED_WITHIN = 15_000;

/** What a person wants of a run. */
export interface Act<T extends object> {
  update: UpdateDefinition<Steered, [T & Validity]>;
  told: T;
}

/**
 * Tells a run what to do. Typed again before a worker has heard of it, it is the same act; a run that hears of it too late
 * refuses it, so that nobody is surprised an hour later.
 * @throws RunNotFound, {@link RunEnded}, {@link Refused}, {@link NoWorker}, WorkflowFailing; {@link ActPending} when it may
 * yet be applied
 */
export async function steer<T extends object>(session: Session, run: string, act: Act<T>): Promise<Steered> {
  const { status } = await describeRun(session, run);
  if (status.name !== 'RUNNING') {
    throw new RunEnded(run);
  }
  if (!(await workerListens(session))) {
    throw unheard(session, run);
  }
  const updateId = await actId(session, run, act);
  const now = Date.now();
  try {
    return await sendAct(session, run, act, updateId, now);
  } catch (error) {
    const late = error instanceof WorkflowUpdateFailedError ? lateness(error) : null;
    if (late === null || Date.now() - now >= ACT_HOLDS) throw told(run, error);
    // It was typed just now: an act from before was joined, or the clock here is not Temporal's.
    return sendAct(session, run, act, randomUUID(), Math.max(now, late)).catch((second: unknown) => {
      throw told(run, second);
    });
  }
}

async function sendAct<T extends object>(
  session: Session,
  run: string,
  { update, told: what }: Act<T>,
  updateId: string,
  now: number,
): Promise<Steered> {
  const handle = session.client.workflow.getHandle(runWorkflowId(run));
  const validUntil = now + ACT_HOLDS;
  const { author: by } = session;
  try {
    return await within(session, STEERED_WITHIN, () =>
      handle.executeUpdate<Steered, [T & Validity]>(update, { args: [{ ...what, validUntil, by }], updateId }),
    );
  } catch (error) {
    const away = unreachable(session, error);
    if (away !== null) {
      throw isLost(error) ? new ActPending(run, update.name, new Date(validUntil), null, away) : away;
    }
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
    throw new ActPending(run, update.name, new Date(validUntil), await failingNow(session, run));
  }
}

/** null: none that could be seen. */
async function failingNow(session: Session, run: string): Promise<WorkflowFailing | null> {
  try {
    return await findFailing(session, await describeRun(session, run));
  } catch {
    // What holds of the act is to be said in any case.
    return null;
  }
}

/** One for as long as no act of anybody was done. @throws NoWorker, WorkflowFailing; then nothing was sent */
async function actId<T extends object>(session: Session, run: string, act: Act<T>): Promise<string> {
  const handle = session.client.workflow.getHandle(runWorkflowId(run));
  try {
    const { done } = await within(session, ANSWER_WITHIN, () => handle.query(runActsQuery));
    const what = createHash('sha256').update(JSON.stringify(act.told)).digest('base64url').slice(0, 22);
    return `${act.update.name}/${done}/${what}`;
  } catch (error) {
    const why = await whyUnanswered(session, run, error);
    throw why instanceof NoWorker ? unheard(session, run) : why;
  }
}

/** The run's own time, when it refused an act as too late. */
function lateness({ cause }: WorkflowUpdateFailedError): number | null {
  if (!(cause instanceof ApplicationFailure) || cause.type !== ACT_TOO_LATE) return null;
  const [now] = cause.details ?? [];
  return typeof now === 'number' ? now : null;
}

function told(run: string, error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError) return new Refused(run, error.cause?.message ?? error.message);
  return error instanceof WorkflowNotFoundError ? new RunEnded(run) : error;
}

/** The workflow's own cancellation: the server keeps it until a worker is there to act on it. @throws RunEnded */
export async function requestCancel(session: Session, run: string): Promise<void> {
  try {
    await askTemporal(session, () => session.client.workflow.getHandle(runWorkflowId(run)).cancel());
  } catch (error) {
    throw error instanceof WorkflowNotFoundError ? new RunEnded(run) : error;
  }
}

function unheard(session: Session, run: string): NoWorker {
  return new NoWorker(
    session.taskQueue,
    `No worker answers for run ${run} on task queue ${session.taskQueue}.`,
    'nothing was sent; start a worker with: drover worker; if one runs, see its log; then type the command again',
  );
}
