import { setTimeout as delay } from 'node:timers/promises';
import { type ScheduleDescription, ScheduleOverlapPolicy } from '@temporalio/client';
import { DrillRunning } from '../errors.js';
import { runOf } from '../run-summary.js';
import { askTemporal, type Session } from '../session.js';
import { requireWorker } from '../worker-presence.js';
import { requireSchedule, scheduleHandle } from './schedules.js';

/** ms for Temporal to act on a trigger */
const ACTED_WITHIN = 10_000;
const LOOK_EVERY = 100;

/** What a schedule was asked to start. */
export interface Triggered {
  drill: string;
  /** null: Temporal has taken the request, and not acted on it within seconds */
  run: string | null;
}

/**
 * Starts a scheduled drill now, paused or not. Temporal answers a trigger before it acts on it, so what became of it is
 * read from the schedule's counters.
 * @throws DrillNotFound, NoWorker, {@link DrillRunning}; then nothing was started
 */
export async function triggerDrill(session: Session, drill: string): Promise<Triggered> {
  const before = await requireSchedule(session, drill);
  await requireWorker(session, 'Nothing was started.');
  // Without a policy of its own a trigger would start a second drill beside one that runs, whatever the schedule says.
  await askTemporal(session, () => scheduleHandle(session, drill).trigger(ScheduleOverlapPolicy.SKIP));
  const until = Date.now() + ACTED_WITHIN;
  for (;;) {
    const { info } = await requireSchedule(session, drill);
    if (info.numActionsTaken > before.info.numActionsTaken) {
      return { drill, run: newest(info) };
    }
    if (info.numActionsSkippedOverlap > before.info.numActionsSkippedOverlap) {
      throw new DrillRunning(drill, running(info));
    }
    if (Date.now() >= until) {
      return { drill, run: null };
    }
    await delay(LOOK_EVERY);
  }
}

function newest({ recentActions }: ScheduleDescription['info']): string | null {
  const last = recentActions.at(-1);
  return last === undefined ? null : runOf(last.action.workflow);
}

function running({ runningActions }: ScheduleDescription['info']): string | null {
  const last = runningActions.at(-1);
  return last === undefined ? null : runOf(last.workflow);
}
