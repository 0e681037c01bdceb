import type { WorkflowExecutionInfo } from '@temporalio/client';
import pMap from 'p-map';
import { runWorkflowId } from '../plan/names.js';
import { PLAN_RUN } from '../workflows/messages.js';
import type { RunReport, RunState, RunTotals } from '../workflows/report.js';
import { askRun } from './ask-run.js';
import { askTemporal, type Session } from './session.js';
import { workerListens } from './worker-presence.js';

/** One run in a list. */
export interface RunSummary {
  run: string;
  plan: string | null;
  kind: string | null;
  /** null: it runs, and nobody could say how */
  state: RunState | null;
  startedAt: string;
  finishedAt: string | null;
  /** null: nobody could say */
  totals: RunTotals | null;
}

export interface RunList {
  /** newest first */
  runs: RunSummary[];
  /** whether older ones were left out */
  more: boolean;
}

/** Every link of a chain of continue-as-new is an execution of its own; only the last one stands for the run. */
const RUNS = `WorkflowType = '${PLAN_RUN}' AND ExecutionStatus != 'ContinuedAsNew'`;
const ASKED_AT_ONCE = 10;
const NAMES_LOOKED_AT = 1000;
/** ms for the reports of a whole list, and for each run in it; who does not answer is listed without its numbers */
const REPORTS_WITHIN = 5_000;
const PER_REPORT = 20;

/** The runs that Temporal still knows, newest first; `limit` null: all of them. */
export async function listRuns(session: Session, limit: number | null): Promise<RunList> {
  const executions = await collect(session, limit === null ? null : limit + 1);
  const shown = limit === null ? executions : executions.slice(0, limit);
  const listens = await workerListens(session);
  const deadline = Date.now() + REPORTS_WITHIN + shown.length * PER_REPORT;
  const runs = await pMap(shown, (execution) => summarize(session, execution, listens, deadline), {
    concurrency: ASKED_AT_ONCE,
  });
  runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  return { runs, more: shown.length < executions.length };
}

/** Ids of existing runs, for suggestions. */
export async function listRunIds(session: Session): Promise<string[]> {
  return (await collect(session, NAMES_LOOKED_AT)).map(runOf);
}

async function collect(session: Session, limit: number | null): Promise<WorkflowExecutionInfo[]> {
  return askTemporal(session, async () => {
    const found: WorkflowExecutionInfo[] = [];
    for await (const execution of session.client.workflow.list({ query: RUNS })) {
      found.push(execution);
      if (found.length === limit) {
        break;
      }
    }
    return found;
  });
}

async function summarize(
  session: Session,
  execution: WorkflowExecutionInfo,
  listens: boolean,
  deadline: number,
): Promise<RunSummary> {
  const report = await readReport(session, execution, listens, deadline);
  return {
    run: runOf(execution),
    plan: report?.plan ?? memoText(execution, 'plan'),
    kind: report?.kind ?? memoText(execution, 'kind'),
    state: stateOf(execution, report),
    startedAt: report?.startedAt ?? execution.startTime.toISOString(),
    finishedAt: report?.finishedAt ?? execution.closeTime?.toISOString() ?? null,
    totals: report?.totals ?? null,
  };
}

async function readReport(
  session: Session,
  execution: WorkflowExecutionInfo,
  listens: boolean,
  deadline: number,
): Promise<RunReport | null> {
  if (!listens && execution.status.name !== 'COMPLETED') {
    return null;
  }
  try {
    return await askRun(session, execution, Math.max(0, deadline - Date.now()));
  } catch {
    // The list stays useful without the numbers of a run that does not answer; `show` says why it does not.
    return null;
  }
}

function stateOf({ status }: WorkflowExecutionInfo, report: RunReport | null): RunState | null {
  switch (status.name) {
    case 'FAILED':
    case 'TIMED_OUT':
      return 'failed';
    case 'TERMINATED':
    case 'CANCELLED':
      return report?.finishedAt ? report.state : 'cancelled';
    default:
      return report?.state ?? null;
  }
}

function runOf({ workflowId }: WorkflowExecutionInfo): string {
  return workflowId.slice(runWorkflowId('').length);
}

function memoText({ memo }: WorkflowExecutionInfo, key: string): string | null {
  const value = memo?.[key];
  return typeof value === 'string' ? value : null;
}
