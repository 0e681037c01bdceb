/** Figures that can be no figures are unknown: a site that counts in seconds, or goes mad, must not reach a report or a calendar. */
import { z } from 'zod';
import { maybeNumber } from './common.js';

/** Epoch ms. What lies outside are seconds, nanoseconds and nonsense. */
const EARLIEST = Date.UTC(2000, 0);
const LATEST = Date.UTC(2100, 0);

/**
 * The same, in epoch ms; null: it can be no time of a site.
 * @example
 * ```ts
 * import { plausibleTime } from 'drover/vcda';
 *
 * const at = plausibleTime(Date.now());
 * ```
 */
export const plausibleTime = (ms: unknown): number | null =>
  typeof ms === 'number' && ms >= EARLIEST && ms < LATEST ? ms : null;

const between =
  (least: number, most: number) =>
  (figure: number | null | undefined): number | null =>
    figure != null && figure >= least && figure <= most ? figure : null;

/** epoch ms; null: unknown, as -1 is, which sites send for it [doc: health sample] */
export const maybeTime = maybeNumber.transform(plausibleTime).optional();
/** 0 to 100 */
export const maybePercent = maybeNumber.transform(between(0, 100)).optional();
/** bytes, seconds, minutes or ms: never below 0 */
export const maybeAmount = maybeNumber.transform(between(0, Number.MAX_SAFE_INTEGER)).optional();

/** Whether a task has ended is told by any time but -1, however odd: it stays, and is no time before {@link plausibleTime} says so. */
export const maybeEnd = z.preprocess(endOf, maybeNumber);

function endOf(given: unknown): unknown {
  if (typeof given === 'number' && !Number.isNaN(given))
    return Math.max(-Number.MAX_VALUE, Math.min(given, Number.MAX_VALUE));
  if (typeof given !== 'string' || given.trim() === '') return given;
  const at = Number(given);
  return Number.isFinite(at) ? at : Date.parse(given) || given;
}
