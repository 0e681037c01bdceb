/** Scheduled drills, as a list shows them. */
import { type ScheduleDescription, WorkflowNotFoundError } from '@temporalio/client';
import pMap from 'p-map';
import type { RunState, RunTotals } from '../../contract/report.js';
import { readListed, runOf, summaryOf } from '../run-summary.js';
import { askTemporal, type Session } from '../session.js';
import { workerListens } from '../worker-presence.js';
import { factsOf } from './schedule-facts.js';
import { drillOf, findSchedule, scheduledDrills } from './schedules.js';

/** One scheduled drill. */
export interface DrillSummary {
  drill: string;
  paused: boolean;
  /** why it is paused, or what was said when it last went on */
  note: string | null;
  /** when it will run, soonest first, with the jitter of each; while it is paused, when it would */
  nextTimes: string[];
  cron: string[];
  timezone: string;
  /** name under which `drill apply` made it; null: made by `drill schedule` */
  set: string | null;
  /** the run that the schedule started last; state null: it runs and nobody could say how, or Temporal has forgotten it */
  lastRun: LastDrill | null;
  /** times that were skipped since the drill before was still running */
  skipped: number;
  /** times that were missed, Temporal having been away for longer than the catch-up */
  missed: number;
}

export interface LastDrill {
  run: string;
  state: RunState | null;
  startedAt: string;
  /** null: it has not ended, or nobody could say */
  finishedAt: string | null;
  /** null: nobody could say */
  totals: RunTotals | null;
}

const ASKED_AT_ONCE = 10;
const TIMES_SHOWN = 5;
/** ms for a worker to answer for the last run */
const REPORT_WITHIN = 3_000;

/** All scheduled drills, by name. */
export async function listDrills(session: Session): Promise<DrillSummary[]> {
  const described = await pMap(await scheduledDrills(session), (name) => findSchedule(session, name), {
    concurrency: ASKED_AT_ONCE,
  });
  const found = described.filter((one) => one !== null);
  return pMap(found, (one) => summarizeDrill(session, one), { concurrency: ASKED_AT_ONCE });
}

export async function summarizeDrill(session: Session, described: ScheduleDescription): Promise<DrillSummary> {
  const { state, info } = described;
  const { cron, timezone, set } = factsOf(described);
  const last = info.recentActions.at(-1);
  return {
    drill: drillOf(described),
    paused: state.paused,
    note: state.note || null,
    nextTimes: info.nextActionTimes.slice(0, TIMES_SHOWN).map((at) => at.toISOString()),
    cron,
    timezone,
    set,
    lastRun:
      last === undefined
        ? null
        : {
            run: runOf(last.action.workflow),
            startedAt: last.takenAt.toISOString(),
            ...(await howIt(session, last.action.workflow.workflowId)),
          },
    skipped: info.numActionsSkippedOverlap,
    missed: info.numActionsMissedCatchupWindow,
  };
}

async function howIt(
  session: Session,
  workflowId: string,
): Promise<Pick<LastDrill, 'state' | 'finishedAt' | 'totals'>> {
  try {
    const execution = await askTemporal(session, () => session.client.workflow.getHandle(workflowId).describe());
    const listens = await workerListens(session);
    const report = await readListed(session, execution, listens, Date.now() + REPORT_WITHIN);
    const { state, finishedAt, totals } = summaryOf(execution, report);
    return { state, finishedAt, totals };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      return { state: null, finishedAt: null, totals: null };
    }
    throw error;
  }
}
