import type { WorkflowExecutionInfo } from '@temporalio/client';
import pMap from 'p-map';
import { DRILL, PLAN_RUN } from '../contract/messages.js';
import { listWorkflows } from './list-workflows.js';
import { type RunSummary, readListed, runOf, summaryOf } from './run-summary.js';
import type { Session } from './session.js';
import { workerListens } from './worker-presence.js';

export interface RunList {
  /** newest first */
  runs: RunSummary[];
  /** whether older ones were left out */
  more: boolean;
}

/** Every link of a chain of continue-as-new is an execution of its own; only the last one stands for the run. */
const RUNS = `WorkflowType IN ('${PLAN_RUN}', '${DRILL}') AND ExecutionStatus != 'ContinuedAsNew'`;
const ASKED_AT_ONCE = 10;
const NAMES_LOOKED_AT = 1000;
/** ms for the reports of a whole list, and for each run in it; who does not answer is listed without its numbers */
const REPORTS_WITHIN = 5_000;
const PER_REPORT = 20;

/** The runs that Temporal still knows, newest first; `limit` null: all of them. */
export async function listRuns(session: Session, limit: number | null): Promise<RunList> {
  const executions = await listWorkflows(session, RUNS, limit === null ? null : limit + 1);
  const shown = limit === null ? executions : executions.slice(0, limit);
  const listens = await workerListens(session);
  const deadline = Date.now() + REPORTS_WITHIN + shown.length * PER_REPORT;
  const read = async (execution: WorkflowExecutionInfo): Promise<RunSummary> =>
    summaryOf(execution, await readListed(session, execution, listens, deadline));
  const runs = await pMap(shown, read, { concurrency: ASKED_AT_ONCE });
  runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  return { runs, more: shown.length < executions.length };
}

/** Ids of existing runs, for suggestions. */
export async function listRunIds(session: Session): Promise<string[]> {
  return (await listWorkflows(session, RUNS, NAMES_LOOKED_AT)).map(runOf);
}
