/** How old what a replication holds is, by our clock: pure. What is not known is no age, and never a small one. */
import type { ReplicaInstance } from './replication.js';
import { type ClockOffset, earliestOnOurClock } from './site-clock.js';

/** The moment that an instance holds, at the earliest: epoch ms; null: it is not known. */
export const heldAt = (instance: ReplicaInstance | null, clock: ClockOffset | null, now: number): number | null =>
  earliestOnOurClock(instance?.timestamp, clock, now);

/** Whether more time has passed since than is allowed, or may have. @param moments epoch ms; null: not known */
export const isOlderThan = (most: number, moments: (number | null)[], now: number): boolean =>
  moments.every((at) => at === null || now - at > most);
