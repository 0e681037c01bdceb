import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';

/** Beats this often while `work` runs, so that a killed worker is noticed within the heartbeat time-out: ms. */
const INTERVAL = 2_000;

export interface Pulse {
  /** beats at once: what the last beat before the end of an attempt says, the next attempt finds */
  beat(): void;
}

/** @param details what the next attempt finds in `heartbeatDetails`; asked at each beat */
export async function beating<T>(details: () => unknown, work: (pulse: Pulse) => Promise<T>): Promise<T> {
  const beat = () => heartbeat(details());
  beat();
  const timer = setInterval(beat, INTERVAL);
  try {
    return await work({ beat });
  } finally {
    clearInterval(timer);
  }
}

/** Rejects with `CancelledFailure` when the activity is cancelled or its worker stops. */
export async function pause(ms: number): Promise<void> {
  const signal = cancellationSignal();
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
}

export function currentAttempt(): { number: number; since: number } {
  const { attempt, scheduledTimestampMs } = activityInfo();
  return { number: attempt, since: scheduledTimestampMs };
}
