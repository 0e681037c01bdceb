/** A run as one of many: what Temporal's list says of it, and its report if it is easily had. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { ReportHead } from '../contract/evidence.js';
import { runOfWorkflowId } from '../contract/names.js';
import type { Needs } from '../contract/needs.js';
import { askBy, askNeeds } from '../contract/read-run.js';
import type { RunState, RunTotals } from '../contract/report.js';
import { shardsOf } from '../contract/shard.js';
import { askRunHead, keepsReport } from './ask-run.js';
import { ENDED_OUTSIDE, isEndedOutside } from './ended-outside.js';
import { type Session, within } from './session.js';

/** What is known of a workflow without its own word, from a list as from a description. */
type Execution = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'startTime' | 'type'> & {
  memo?: WorkflowExecutionInfo['memo'] | undefined;
  closeTime?: Date | undefined;
};

/** One run in a list. */
export interface RunSummary {
  run: string;
  /** name of the plan or drill */
  plan: string | null;
  kind: string | null;
  /** null: it runs, and nobody could say how */
  state: RunState | null;
  startedAt: string;
  finishedAt: string | null;
  /** null: nobody could say */
  totals: RunTotals | null;
  /** how many VMs wait for a person, and for what; null: none, or nobody could say */
  needs: Needs | null;
  /** sites at which it waits for a place, and whose brake a person has put on; absent: none */
  brakes?: string[];
}

/**
 * The report of a run in a list; null when it cannot be had: the list stays useful without it, and `show` says why.
 * @param listens whether a worker is there to answer for a run that has not ended
 * @param deadline epoch ms until which it may answer
 */
export async function readListed(
  session: Session,
  execution: Execution,
  listens: boolean,
  deadline: number,
): Promise<ReportHead | null> {
  if (!listens && !keepsReport(execution)) {
    return null;
  }
  try {
    return await askRunHead(session, execution, Math.max(0, deadline - Date.now()));
  } catch {
    return null;
  }
}

/** What a person has to do for a run in a list; null: it has ended, is a drill, or nobody says. @param deadline as for {@link readListed} */
export async function readNeeds(
  session: Session,
  { run, kind, finishedAt, totals, shards }: ReportHead,
  deadline: number,
): Promise<Needs | null> {
  if (finishedAt !== null || kind === 'drill' || totals.waiting + totals.running === 0) return null;
  const ask = askBy(session.client);
  const ms = Math.max(0, deadline - Date.now());
  try {
    return await within(session, ms, () => askNeeds(ask, run, shards ?? shardsOf(totals.vms)));
  } catch {
    return null;
  }
}

export function summaryOf(
  execution: Execution,
  report: ReportHead | null,
  needs: Needs | null = null,
  brakes: string[] = [],
): RunSummary {
  return {
    run: runOf(execution),
    plan: report?.plan ?? memoText(execution, 'plan'),
    kind: report?.kind ?? memoText(execution, 'kind'),
    state: stateOf(execution, report),
    startedAt: report?.startedAt ?? execution.startTime.toISOString(),
    finishedAt: report?.finishedAt ?? execution.closeTime?.toISOString() ?? null,
    totals: report?.totals ?? null,
    needs,
    ...(brakes.length === 0 ? {} : { brakes }),
  };
}

function stateOf({ status }: Execution, report: ReportHead | null): RunState | null {
  if (isEndedOutside(status.name) && !report?.finishedAt) {
    return ENDED_OUTSIDE[status.name];
  }
  return report?.state ?? null;
}

/** The id of the run that a workflow is. */
export function runOf({ workflowId }: Pick<Execution, 'workflowId'>): string {
  return runOfWorkflowId(workflowId);
}

/** A text of its memo; null when there is none under this key. */
export function memoText({ memo }: Pick<Execution, 'memo'>, key: string): string | null {
  const value = memo?.[key];
  return typeof value === 'string' ? value : null;
}
