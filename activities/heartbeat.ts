import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import type { ErrorRow } from '../vcda/index.js';
import type { Attempt } from './failures.js';
import { RowPatience } from './row-patience.js';

/** Beats this often while `work` runs, so that a killed worker is noticed within the heartbeat time-out: ms. */
const INTERVAL = 2_000;

export interface Pulse {
  attempt: Attempt;
  /** what every beat says, whoever makes it */
  details(): unknown;
}

/**
 * Beats once more when `work` fails: what the last beat before the end of an attempt says, the next attempt finds.
 * @param details what the next attempt finds in `heartbeatDetails`, beside what failures have left; asked at each beat
 */
export async function beating<T>(details: () => object | null, work: (pulse: Pulse) => Promise<T>): Promise<T> {
  const info = activityInfo();
  const patience = new RowPatience(info.heartbeatDetails);
  const attempt = { number: info.attempt, since: (row: ErrorRow) => patience.since(row, Date.now()) };
  const all = () => ({ ...details(), rows: patience.rows });
  const beat = () => heartbeat(all());
  beat();
  const timer = setInterval(beat, INTERVAL);
  try {
    return await work({ attempt, details: all });
  } catch (error) {
    // Of an attempt that was told to end nobody takes a beat any more, and a worker that shuts down must not send one.
    if (!cancellationSignal().aborted) beat();
    throw error;
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

/**
 * An answer that others share, which no signal of this activity ends. null: it took too long; what comes later is nobody's.
 * @param most ms
 */
export async function inTime<T>(answer: Promise<T>, most: number): Promise<T | null> {
  const over = new AbortController();
  const stopped = cancellationSignal();
  try {
    const late = sleep(Math.max(0, most), null, { signal: AbortSignal.any([over.signal, stopped]) });
    late.catch(() => {});
    return await Promise.race([answer, late]);
  } catch (error) {
    throw stopped.aborted ? stopped.reason : error;
  } finally {
    over.abort();
  }
}
