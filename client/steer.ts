/** Steering messages: sent once, answered by the run's workflow within a bounded time, or not at all and then said so. */
import { createHash, randomUUID } from 'node:crypto';
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type QueryDefinition, type UpdateDefinition } from '@temporalio/common';
import { ACT_HOLDS, ACT_TOO_LATE, type Grounds, type Validity } from '../contract/act.js';
import { runActsQuery, type Steered } from '../contract/messages.js';
import { runWorkflowId } from '../contract/names.js';
import { ActPending, type DroverError, NoWorker, Refused, RunEnded, type WorkflowFailing } from './errors.js';
import { findFailing } from './failing-task.js';
import { describeRun, whyUnanswered } from './run-state.js';
import { ANSWER_WITHIN, askTemporal, isLost, type Session, unreachable, within } from './session.js';
import { workerListens } from './worker-presence.js';

/** ms for a run to act on a message */
const STEERED_WITHIN = 15_000;

/** What a person wants of a run. */
export interface Act<T extends object> {
  update: UpdateDefinition<Steered, [T & Validity]>;
  told: T & Grounds;
}

/** Whom an act is told. */
export interface Told {
  workflowId: string;
  /** `run paris-exit` */
  whom: string;
  /** what shows it */
  look: string;
  /** asks how many acts it has done */
  acts: QueryDefinition<{ done: number }>;
  refused(reason: string): DroverError;
  /** it runs no more */
  ended(): DroverError;
  /** why a question was not answered */
  unanswered(cause: unknown): Promise<DroverError>;
}

const asTold = (session: Session, run: string): Told => ({
  workflowId: runWorkflowId(run),
  whom: `run ${run}`,
  look: `drover show ${run}`,
  acts: runActsQuery,
  refused: (reason) => new Refused(run, reason),
  ended: () => new RunEnded(run),
  unanswered: (cause) => whyUnanswered(session, run, cause),
});

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
  return tell(session, asTold(session, run), act);
}

/** As {@link steer}, whoever is told; it runs, as far as is known. */
export async function tell<T extends object>(session: Session, to: Told, act: Act<T>): Promise<Steered> {
  if (!(await workerListens(session))) {
    throw unheard(session, to);
  }
  const updateId = await actId(session, to, act);
  const now = Date.now();
  try {
    return await sendAct(session, to, act, updateId, now);
  } catch (error) {
    const late = error instanceof WorkflowUpdateFailedError ? lateness(error) : null;
    if (late === null || Date.now() - now >= ACT_HOLDS) throw answered(to, error);
    // It was typed just now: an act from before was joined, or the clock here is not Temporal's.
    return sendAct(session, to, act, randomUUID(), Math.max(now, late)).catch((second: unknown) => {
      throw answered(to, second);
    });
  }
}

async function sendAct<T extends object>(
  session: Session,
  to: Told,
  { update, told: what }: Act<T>,
  updateId: string,
  now: number,
): Promise<Steered> {
  const handle = session.client.workflow.getHandle(to.workflowId);
  const validUntil = now + ACT_HOLDS;
  const { author: by } = session;
  const pending = (why: DroverError | null, lost: Error | null = null) =>
    new ActPending(to.whom.replace(/^run /, ''), update.name, new Date(validUntil), why, lost, to);
  try {
    return await within(session, STEERED_WITHIN, () =>
      handle.executeUpdate<Steered, [T & Validity]>(update, { args: [{ ...what, validUntil, by }], updateId }),
    );
  } catch (error) {
    const away = unreachable(session, error);
    if (away !== null) {
      throw isLost(error) ? pending(null, away) : away;
    }
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
    throw pending(await failingNow(session, to));
  }
}

/** null: none that could be seen. */
async function failingNow(session: Session, { workflowId }: Told): Promise<WorkflowFailing | null> {
  try {
    const described = await askTemporal(session, () => session.client.workflow.getHandle(workflowId).describe());
    return await findFailing(session, described);
  } catch {
    // What holds of the act is to be said in any case.
    return null;
  }
}

/** One for as long as no act of anybody was done. @throws NoWorker, WorkflowFailing; then nothing was sent */
async function actId<T extends object>(session: Session, to: Told, act: Act<T>): Promise<string> {
  const handle = session.client.workflow.getHandle(to.workflowId);
  try {
    const { done } = await within(session, ANSWER_WITHIN, () => handle.query(to.acts));
    const what = createHash('sha256').update(JSON.stringify(act.told)).digest('base64url').slice(0, 22);
    return `${act.update.name}/${done}/${what}`;
  } catch (error) {
    const why = await to.unanswered(error);
    throw why instanceof NoWorker ? unheard(session, to) : why;
  }
}

/** The run's own time, when it refused an act as too late. */
function lateness({ cause }: WorkflowUpdateFailedError): number | null {
  if (!(cause instanceof ApplicationFailure) || cause.type !== ACT_TOO_LATE) return null;
  const [now] = cause.details ?? [];
  return typeof now === 'number' ? now : null;
}

/** The server's word for an act that a workflow had taken when it ended. */
const ENDED_OVER_IT = 'AcceptedUpdateCompletedWorkflow';

function answered(to: Told, error: unknown): unknown {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (cause instanceof ApplicationFailure && cause.type === ENDED_OVER_IT) return to.ended();
  if (error instanceof WorkflowUpdateFailedError) return to.refused(error.cause?.message ?? error.message);
  return error instanceof WorkflowNotFoundError ? to.ended() : error;
}

/** The workflow's own cancellation: the server keeps it until a worker is there to act on it. @throws RunEnded */
export async function requestCancel(session: Session, run: string): Promise<void> {
  try {
    await askTemporal(session, () => session.client.workflow.getHandle(runWorkflowId(run)).cancel());
  } catch (error) {
    throw error instanceof WorkflowNotFoundError ? new RunEnded(run) : error;
  }
}

function unheard(session: Session, { whom }: Told): NoWorker {
  return new NoWorker(
    session.taskQueue,
    `No worker answers for ${whom} on task queue ${session.taskQueue}.`,
    'nothing was sent; start a worker with: drover worker; if one runs, see its log; then type the command again',
  );
}
