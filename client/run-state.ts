/** What is known of a run from the run itself: its execution in Temporal and the report that its workflow keeps. */
import { type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { runWorkflowId } from '../plan/names.js';
import type { RunReport, RunState } from '../workflows/report.js';
import { askRun } from './ask-run.js';
import { NoWorker, RunNotFound } from './errors.js';
import { findFailing } from './failing-task.js';
import { listRunIds } from './list-runs.js';
import { nearest } from './nearest.js';
import { ANSWER_WITHIN, askTemporal, isUnanswered, type Session } from './session.js';

export interface RunStatus {
  report: RunReport;
  described: WorkflowExecutionDescription;
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
 * @throws {@link RunNotFound}; {@link NoWorker} and {@link WorkflowFailing} when nobody can answer for the run
 */
export async function readRun(session: Session, run: string, ms = ANSWER_WITHIN): Promise<RunStatus> {
  const described = await describeRun(session, run);
  try {
    const report = await askRun(session, described, ms);
    return { report: closedFromOutside(report, described), described };
  } catch (error) {
    throw (await findFailing(session, await describeRun(session, run))) ?? unanswered(session, run, error);
  }
}

function unanswered(session: Session, run: string, cause: unknown): NoWorker {
  const why = isUnanswered(cause) || !(cause instanceof Error) ? '' : ` (${cause.message})`;
  return new NoWorker(
    session.taskQueue,
    `No worker answers for run ${run} on task queue ${session.taskQueue}${why}; the run is safe and waits for one.`,
    'start one with: drover worker; if one runs, see its log',
    cause,
  );
}

const CLOSED: Partial<Record<WorkflowExecutionDescription['status']['name'], RunState>> = {
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  TERMINATED: 'cancelled',
  CANCELLED: 'cancelled',
};

/** A workflow that was terminated never said that it is over: its report still reads as if it ran. */
function closedFromOutside(report: RunReport, { status, closeTime }: WorkflowExecutionDescription): RunReport {
  const state = CLOSED[status.name];
  if (state === undefined || report.finishedAt !== null) {
    return report;
  }
  return { ...report, state, finishedAt: (closeTime ?? new Date()).toISOString() };
}
