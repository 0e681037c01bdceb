import ms, { type StringValue } from 'ms';

/** What a duration looks like, for messages. */
export const DURATION = 'a duration with its unit, such as 250ms, 5s, 15m or 2h';

/**
 * Milliseconds of a duration such as `250ms`, `5s`, `1.5h` or `2 days`; undefined when the text is none. The unit must be
 * there: a bare number could be seconds as well as milliseconds. Negative durations are none.
 */
export function parseDuration(text: string): number | undefined {
  if (!/^\s*\d+(\.\d+)?\s*[a-z]+\s*$/i.test(text) || text.length > 100) return undefined;
  const value = ms(text.trim() as StringValue);
  return Number.isFinite(value) ? Math.round(value) : undefined;
}

const UNITS = ['1d', '1h', '1m', '1s'] as const;

/** A duration in the largest unit that loses nothing, so that {@link parseDuration} reads the same value: 5400000 is `90m`. */
export function formatDuration(milliseconds: number): string {
  const unit = UNITS.find((one) => milliseconds !== 0 && milliseconds % ms(one) === 0);
  return unit ? `${milliseconds / ms(unit)}${unit.slice(1)}` : `${milliseconds}ms`;
}

/** Ten years. */
const MOST_MINUTES = 5_256_000;

/** Whole minutes of a number or a duration; undefined for what is none, less than one, or more than ten years. */
export function parseMinutes(value: unknown): number | undefined {
  const count = typeof value === 'string' ? (parseDuration(value) ?? Number.NaN) / 60_000 : value;
  return typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= MOST_MINUTES
    ? count
    : undefined;
}
