import { Cron } from 'croner';
import { quote } from '../source/check.js';
import type { Fault } from '../source/problem.js';

export const CRON = 'five fields: minute hour day-of-month month day-of-week, such as "0 3 1 * *"';

/** The nicknames of cron, as fields. */
const NICKNAMES: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** A part of a field as Temporal and croner read it alike: `*`, a number or name, a range; each may have a step. */
const PART = /^(\*|\d+|[a-z]{3})(-(\d+|[a-z]{3}))?(\/\d+)?$/i;

/** The expression with one blank between its fields. */
export const normalCron = (text: string): string => text.trim().replace(/\s+/g, ' ');

/** Why Temporal would not read an expression, or read something else than a person means; undefined: nothing is wrong. */
export function cronFault(text: string): Fault | undefined {
  const message = `the cron expression ${quote(text)}`;
  if (/^\s*(CRON_)?TZ=/.test(text)) {
    return { message: `${message} has a time zone in it`, expected: CRON, hint: 'the zone goes to "timezone"' };
  }
  const fields = normalCron(text).split(' ').filter(Boolean);
  const nickname = NICKNAMES[fields[0] ?? ''];
  if (nickname) return { message: `${message} is a nickname`, expected: CRON, hint: `write "${nickname}"` };
  if (fields.length !== 5) {
    const count = `${fields.length} field${fields.length === 1 ? '' : 's'}`;
    return { message: `${message} has ${count}`, expected: CRON };
  }
  const foreign = fields.find((field) => field.split(',').some((part) => !PART.test(part)));
  if (foreign !== undefined) {
    const expected = 'numbers, names of three letters, and * , - / between them';
    return { message: `${message} has the field ${quote(foreign)}`, expected, ...hintFor(foreign) };
  }
  const days = fields[4] ?? '';
  if (/-sun\b/i.test(days)) {
    return { message: `${message} has a range that ends with SUN, which is day 0`, expected: '7 there, as in 6-7' };
  }
  if (/(^|,)0*(1|mon)-0*7(\/0*1)?(,|$)/i.test(days)) {
    return { message: `${message} has the days 1-7, of which Temporal's server leaves out Sunday`, expected: '*' };
  }
  try {
    const never = wallTimes(text, Date.now(), { count: 1 }).length === 0;
    return never ? { message: `${message} never comes`, expected: 'a day that exists' } : undefined;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    return { message: `${message} cannot be read`, expected: CRON, hint: error.message.replace(/^CronPattern: /, '') };
  }
}

function hintFor(field: string): { hint?: string } {
  if (field.includes('#')) return { hint: 'both day fields must match, so the second Monday is "0 3 8-14 * MON"' };
  return /[LW?+]/i.test(field) ? { hint: 'L, W, ? and + are unknown to Temporal' } : {};
}

/**
 * The times of an expression on a clock that is never changed, in ms since the epoch as if that clock showed UTC: at most
 * `count` after `after`, and before `end`. As in Temporal, and not as in Unix, both day fields must match.
 *
 * @throws TypeError or RangeError for what is no cron expression
 */
export function wallTimes(cron: string, after: number, { count, end }: { count: number; end?: number }): number[] {
  const stop = end === undefined ? {} : { stopAt: new Date(end) };
  const pattern = new Cron(cron, { mode: '5-part', timezone: 'UTC', domAndDow: true, paused: true, ...stop });
  return pattern.nextRuns(count, new Date(after)).map((time) => time.getTime());
}
