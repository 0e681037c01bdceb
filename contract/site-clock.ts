/**
 * What a site's clock is ahead of the workers', measured where the site stamps a task that Drover itself has sent: its start
 * lies between the sending and the answer. Pure. What was not measured is unknown, and never taken for 0.
 */

/** Bounds of what a site's clock is ahead, ms; negative: it is behind. */
export interface ClockOffset {
  least: number;
  most: number;
}

/** Stamps are whole milliseconds, cut off on either side. */
const ROUNDING = 1;
/** A stamp that is further off is no time of a clock that anybody set, but seconds, nanoseconds or nonsense: ms. */
const PLAUSIBLE = 24 * 3_600_000;

/** null: the site gave no time that can be one. All are epoch ms. */
export function offsetFrom(stamp: number | null | undefined, sentAt: number, answeredAt: number): ClockOffset | null {
  if (typeof stamp !== 'number' || !Number.isFinite(stamp) || stamp <= 0) return null;
  if (!(sentAt <= answeredAt)) return null;
  const offset = { least: stamp - answeredAt - ROUNDING, most: stamp - sentAt + ROUNDING };
  return Math.abs(offset.least) > PLAUSIBLE || Math.abs(offset.most) > PLAUSIBLE ? null : offset;
}

/** Both hold, so what both allow does; a clock that was set in between is as it was seen last. */
export function narrowed(known: ClockOffset | null, seen: ClockOffset | null): ClockOffset | null {
  if (known === null || seen === null) return seen ?? known;
  const both = { least: Math.max(known.least, seen.least), most: Math.min(known.most, seen.most) };
  return both.least <= both.most ? both : seen;
}

/** A site's time on our clock: it lies at most `within` ms from `at`. Null for an offset or a time that is not known. */
export function onOurClock(
  siteTime: number | null | undefined,
  offset: ClockOffset | null,
): { at: number; within: number } | null {
  if (typeof siteTime !== 'number' || !Number.isFinite(siteTime) || siteTime <= 0 || offset === null) return null;
  return { at: siteTime - (offset.least + offset.most) / 2, within: (offset.most - offset.least) / 2 };
}

/**
 * As {@link onOurClock}: the earliest moment that it can be. Null as well where that lies after `now`: it was stamped by a clock
 * that was set since it was measured, by which nothing is known.
 */
export function earliestOnOurClock(
  siteTime: number | null | undefined,
  offset: ClockOffset | null,
  now: number,
): number | null {
  const made = onOurClock(siteTime, offset);
  if (made === null) return null;
  const earliest = made.at - made.within;
  return earliest > now ? null : earliest;
}
