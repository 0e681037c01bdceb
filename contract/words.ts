/** How long something took, for people. Pure: workflows write it into reports. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Below it, tenths of a second are worth reading. */
const SHORT = 20 * SECOND;

/**
 * A duration in fixed units, which people need not guess: `2.4 s`, `42 s`, `3 min 05 s`, `26 h 02 min`.
 *
 * - `parts`: an hour and its minutes, or a minute and its seconds, so that columns line up; what is less than 20 s has
 *   tenths. The seconds are rounded first, and then cut: 3599.6 s are `1 h 00 min`, 59 min 59 s are never `60 min`.
 * - `one unit`, for sentences that hold durations against each other: seconds up to 2 min, minutes up to 2 h, then hours,
 *   each rounded to a tenth, which is left out when it is 0: `3.3 min`, `60 min`, `3 h`.
 *
 * @param ms milliseconds; null: not known, a dash; what is negative counts as nothing
 */
export function inWords(ms: number | null, form: 'parts' | 'one unit' = 'parts'): string {
  if (ms === null || !Number.isFinite(ms)) return '-';
  const length = Math.max(0, ms);
  return form === 'parts' ? inParts(length) : inOneUnit(length);
}

function inParts(ms: number): string {
  if (tenths(ms / SECOND) < SHORT / SECOND) return `${tenths(ms / SECOND)} s`;
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${two(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

function inOneUnit(ms: number): string {
  if (ms < 2 * MINUTE) return `${tenths(ms / SECOND)} s`;
  return ms < 2 * HOUR ? `${tenths(ms / MINUTE)} min` : `${tenths(ms / HOUR)} h`;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A part of a date or duration, with two digits. */
export function two(part: number): string {
  return String(part).padStart(2, '0');
}

/** Names of many that are shown at most. */
const SHOWN = 10;

/** The first names, and how many more there are. @param count of all, where only some are named */
export function listed(names: string[], count: number = names.length): string {
  const more = count - Math.min(SHOWN, names.length);
  return names.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
