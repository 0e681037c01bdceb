/** The drills of one name over time, each held against the one before. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import pMap from 'p-map';
import { DRILL } from '../../contract/inputs.js';
import type { RunState } from '../../contract/report.js';
import { nearest } from '../../plan/source/nearest.js';
import { DrillNotFound } from '../errors.js';
import { listWorkflows } from '../list-workflows.js';
import { memoText, readListed, summaryOf } from '../run-summary.js';
import type { Session } from '../session.js';
import { workerListens } from '../worker-presence.js';
import { scheduledDrills } from './schedules.js';

/** One drill of the past, or the one that runs. Null: not measured, or nobody could say. */
export interface PastDrill {
  run: string;
  state: RunState | null;
  startedAt: string;
  finishedAt: string | null;
  rtoSeconds: number | null;
  rpoSeconds: number | null;
  vms: number | null;
  /** VMs that did not succeed */
  failed: number | null;
  /** each objective that was missed, and by how much */
  missed: string[];
  /** against the next older one that has the number */
  change: { rtoSeconds: number | null; rpoSeconds: number | null; failed: number | null };
}

export interface DrillHistory {
  drill: string;
  /** newest first */
  runs: PastDrill[];
  /** whether older ones were left out */
  more: boolean;
}

const DRILLS = `WorkflowType = '${DRILL}' AND ExecutionStatus != 'ContinuedAsNew'`;
const ASKED_AT_ONCE = 10;
/** ms for the reports of all that run or were ended from outside */
const REPORTS_WITHIN = 5_000;

type Measures = Omit<PastDrill, 'change'>;

/** The drills that Temporal still knows; `limit` null: all. @throws {@link DrillNotFound} when there is none, and no schedule */
export async function drillHistory(session: Session, drill: string, limit: number | null): Promise<DrillHistory> {
  const { executions, names } = await collectDrills(session, drill);
  if (executions.length === 0) {
    const scheduled = await scheduledDrills(session);
    if (!scheduled.includes(drill)) {
      throw new DrillNotFound(drill, nearest(drill, [...scheduled, ...names]), 'known');
    }
  }
  // One more than shown: the oldest that is shown has changed as well.
  const read = limit === null ? executions : executions.slice(0, limit + 1);
  const listens = await workerListens(session);
  const deadline = Date.now() + REPORTS_WITHIN;
  const measured = await pMap(read, (execution) => measure(session, execution, listens, deadline), {
    concurrency: ASKED_AT_ONCE,
  });
  const runs = compareDrills(measured).slice(0, limit ?? undefined);
  return { drill, runs, more: runs.length < executions.length };
}

/** Adds to each drill, newest first, how it differs from those before it. */
export function compareDrills(drills: Measures[]): PastDrill[] {
  return drills.map((drill, index) => {
    const older = drills.slice(index + 1);
    function change(key: 'rtoSeconds' | 'rpoSeconds' | 'failed'): number | null {
      const before = older.find((one) => one[key] !== null)?.[key] ?? null;
      const now = drill[key];
      return now === null || before === null ? null : now - before;
    }
    return {
      ...drill,
      change: { rtoSeconds: change('rtoSeconds'), rpoSeconds: change('rpoSeconds'), failed: change('failed') },
    };
  });
}

/** By their memo: a run's id may be one that a person chose. Also the names of all other drills, for suggestions. */
export async function collectDrills(
  session: Session,
  drill: string,
): Promise<{ executions: WorkflowExecutionInfo[]; names: Set<string> }> {
  const executions: WorkflowExecutionInfo[] = [];
  const names = new Set<string>();
  for (const execution of await listWorkflows(session, DRILLS)) {
    const name = memoText(execution, 'plan');
    if (name === drill) {
      executions.push(execution);
    } else if (name !== null) {
      names.add(name);
    }
  }
  executions.sort((a, b) => b.startTime.getTime() - a.startTime.getTime());
  return { executions, names };
}

async function measure(
  session: Session,
  execution: WorkflowExecutionInfo,
  listens: boolean,
  deadline: number,
): Promise<Measures> {
  const report = await readListed(session, execution, listens, deadline);
  const { run, state, startedAt, finishedAt, totals } = summaryOf(execution, report);
  return {
    run,
    state,
    startedAt,
    finishedAt,
    rtoSeconds: report?.drill?.rtoSeconds ?? null,
    rpoSeconds: report?.drill?.rpoSeconds ?? null,
    vms: totals?.vms ?? null,
    // Of one that goes on, nobody knows yet.
    failed: totals === null || finishedAt === null ? null : totals.vms - totals.succeeded,
    missed: report?.drill?.missed ?? [],
  };
}
