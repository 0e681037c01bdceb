/** What is known of a run from the run itself: its execution in Temporal and the report that its workflow keeps. */
import { type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { runWorkflowId } from '../contract/names.js';
import type { RunReport } from '../contract/report.js';
import { nearest } from '../plan/source/nearest.js';
import { type Asked, askRun, keepsReport } from './ask-run.js';
import { ENDED_OUTSIDE, type EndedOutside, isEndedOutside } from './ended-outside.js';
import { NoWorker, RunNotFound, START_WORKER, StoreUnanswered, type WorkflowFailing } from './errors.js';
import { findFailing } from './failing-task.js';
import type { ForgottenShards } from './forgotten-shards.js';
import { listRunIds } from './list-runs.js';
import { ANSWER_WITHIN, askTemporal, isUnanswered, type Session } from './session.js';
import { workerListens } from './worker-presence.js';

export interface RunStatus extends Asked {
  described: WorkflowExecutionDescription;
  /** how its workflow was ended, when it did not end by itself */
  endedOutside: EndedOutside | null;
}

/** @throws {@link RunNotFound} with the ids that look like it */
export async function describeRun(session: Session, run: string): Promise<WorkflowExecutionDescription> {
  try {
    return await askTemporal(session, () => session.client.workflow.getHandle(runWorkflowId(run)).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      throw new RunNotFound(run, nearest(run, await listRunIds(session)));
    }
    throw error;
  }
}

/**
 * The run's own report: final for VMs that are done; what the others are doing right now, their own workflows know.
 * @param ms milliseconds for a worker to answer
 * @param isBrief of one that goes on: without what takes the most room
 * @param known as for {@link askRun}
 * @throws {@link RunNotFound}; {@link NoWorker} and {@link WorkflowFailing} when nobody can answer for the run; {@link StoreUnanswered}
 * when the store does not tell of VMs that only it still knows
 */
export async function readRun(
  session: Session,
  run: string,
  ms = ANSWER_WITHIN,
  isBrief = false,
  known: ForgottenShards | null = null,
): Promise<RunStatus> {
  const described = await describeRun(session, run);
  let asked: Asked | null;
  try {
    asked = await Promise.race([askRun(session, described, ms, isBrief, known), whenNobodyListens(session, described)]);
  } catch (error) {
    if (error instanceof StoreUnanswered) throw error;
    throw await whyUnanswered(session, run, error);
  }
  if (asked === null) throw await whyUnanswered(session, run, null);
  return { ...asked, ...closedFromOutside(asked.report, described), described };
}

/** Of a run that a worker must tell of: resolves when there is none, so that nobody waits for its answer; else never. */
async function whenNobodyListens(session: Session, described: WorkflowExecutionDescription): Promise<null> {
  const isListening = keepsReport(described) || (await workerListens(session).catch(() => true));
  return isListening ? new Promise<null>(() => {}) : null;
}

/** What to throw when a run did not answer a question: its code fails, or nobody is there. */
export async function whyUnanswered(
  session: Session,
  run: string,
  cause: unknown,
): Promise<WorkflowFailing | NoWorker> {
  return (await findFailing(session, await describeRun(session, run))) ?? unanswered(session, run, cause);
}

function unanswered(session: Session, run: string, cause: unknown): NoWorker {
  const why = isUnanswered(cause) || !(cause instanceof Error) ? '' : ` (${cause.message})`;
  return new NoWorker(
    session.taskQueue,
    `No worker answers for run ${run} on task queue ${session.taskQueue}${why}; the run is safe and waits for one.`,
    `${START_WORKER}; if one runs, see its log`,
    cause,
  );
}

/**
 * A workflow that was terminated never said that it is over: its report still reads as if it ran. One that failed with its
 * report, as a drill does, said so.
 */
function closedFromOutside(
  report: RunReport,
  { status, closeTime }: WorkflowExecutionDescription,
): Pick<RunStatus, 'report' | 'endedOutside'> {
  if (report.finishedAt !== null || !isEndedOutside(status.name)) {
    return { report, endedOutside: null };
  }
  const finishedAt = (closeTime ?? new Date()).toISOString();
  return { report: { ...report, state: ENDED_OUTSIDE[status.name], finishedAt }, endedOutside: status.name };
}
