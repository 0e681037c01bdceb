import type { WorkflowExecutionInfo } from '@temporalio/client';
import pMap from 'p-map';
import { DRILL, PLAN_RUN } from '../contract/inputs.js';
import { Braking } from './braking.js';
import { StoreUnanswered } from './errors.js';
import { keptSummaries } from './kept-runs.js';
import { listWorkflows } from './list-workflows.js';
import { type RunSummary, readListed, readNeeds, runOf, summaryOf } from './run-summary.js';
import type { Session } from './session.js';
import { workerListens } from './worker-presence.js';

export interface RunList {
  /** newest first */
  runs: RunSummary[];
  /** whether older ones were left out */
  more: boolean;
  /** runs that Temporal has forgotten are not in it: why; absent: they are */
  missing?: string;
}

/** Every link of a chain of continue-as-new is an execution of its own; only the last one stands for the run. */
const RUNS = `WorkflowType IN ('${PLAN_RUN}', '${DRILL}') AND ExecutionStatus != 'ContinuedAsNew'`;
const ASKED_AT_ONCE = 10;
const NAMES_LOOKED_AT = 1000;
/** ms for the reports of a whole list, and for each run in it; who does not answer is listed without its numbers */
const REPORTS_WITHIN = 5_000;
const PER_REPORT = 20;

/** The runs that Temporal still knows and those that the store remembers, newest first; `limit` null: all of them. */
export async function listRuns(session: Session, limit: number | null): Promise<RunList> {
  const executions = await listWorkflows(session, RUNS, limit === null ? null : limit + 1);
  const shown = limit === null ? executions : executions.slice(0, limit);
  const listens = await workerListens(session);
  const braking = new Braking(session);
  const deadline = Date.now() + REPORTS_WITHIN + shown.length * PER_REPORT;
  async function read(execution: WorkflowExecutionInfo): Promise<RunSummary> {
    const report = await readListed(session, execution, listens, deadline);
    if (report === null || report.finishedAt !== null) return summaryOf(execution, report);
    const [needs, brakes] = await Promise.all([readNeeds(session, report, deadline), braking.of(execution)]);
    return summaryOf(execution, report, needs, brakes);
  }
  const [runs, older] = await Promise.all([
    pMap(shown, read, { concurrency: ASKED_AT_ONCE }),
    keptBeside(session, shown.map(runOf), limit),
  ]);
  const more = shown.length < executions.length;
  const all = [...runs, ...older.runs].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  const listed = limit === null ? all : all.slice(0, limit);
  const { missing } = older;
  return { runs: listed, more: more || listed.length < all.length, ...(missing === undefined ? {} : { missing }) };
}

/** What the store remembers beside these; without it the list is still of use. */
async function keptBeside(
  session: Session,
  known: string[],
  limit: number | null,
): Promise<{ runs: RunSummary[]; missing?: string }> {
  try {
    return { runs: await keptSummaries(session, new Set(known), limit === null ? null : limit + 1) };
  } catch (error) {
    if (!(error instanceof StoreUnanswered)) throw error;
    return { runs: [], missing: error.message };
  }
}

/** Ids of existing runs, for suggestions. */
export async function listRunIds(session: Session): Promise<string[]> {
  return (await listWorkflows(session, RUNS, NAMES_LOOKED_AT)).map(runOf);
}
