/** How old what a replication holds is, by our clock: pure. What is not known is no age, and never a small one. */
import type { Notice } from '../../../contract/notice.js';
import type { Submitted } from '../../../contract/operation.js';
import type { ReplicaInstance } from '../../../contract/replication.js';
import { type ClockOffset, earliestOnOurClock, onOurClock } from '../../../contract/site-clock.js';

/** The moment that an instance holds, at the earliest: epoch ms; null: it is not known. */
export const heldAt = (instance: ReplicaInstance | null, clock: ClockOffset | null, now: number): number | null =>
  earliestOnOurClock(instance?.timestamp, clock, now);

/**
 * When a sync of our own had ended: epoch ms; null: it is not known. Where the site does not tell, it is when that was seen; of
 * one that was found, which may have ended long before that, nothing.
 */
export function syncEndedAt(
  { endedAt, at }: Pick<Notice, 'endedAt' | 'at'>,
  { adopted }: Pick<Submitted, 'adopted'>,
  clock: ClockOffset | null,
): number | null {
  const told = onOurClock(endedAt, clock);
  if (told !== null) return Math.min(told.at - told.within, at);
  return adopted ? null : at;
}

/** Whether more time has passed since than is allowed, or may have. @param moments epoch ms; null: not known */
export const isOlderThan = (most: number, moments: (number | null)[], now: number): boolean =>
  moments.every((at) => at === null || now - at > most);
