import { z } from 'zod';
import { quote } from './check.js';
import { DURATION, parseDuration, parseMinutes } from './durations.js';
import { parsed, type Report, without } from './schema-tools.js';
import { controlIn } from './visible.js';

export const text = z.string().min(1, 'text');

/** A text that stands on a line of lists, reports and terminals. */
const onOneLine = (what: string, most: number) =>
  without(text, (name) => {
    if (name.length > most) return { found: `has ${name.length} characters`, expected: `at most ${most}` };
    const unseen = controlIn(name);
    if (unseen === undefined) return undefined;
    const hint = /\n|\r/.test(name)
      ? 'take it out; in a spreadsheet Alt+Enter makes one'
      : 'type it anew: it was copied with more than can be seen';
    return { found: `is ${quote(name)}, with ${unseen}`, expected: `${what} on one line, of visible characters`, hint };
  });

/** What people call something. */
export const label = onOneLine('a name', 1_000);

/** An organization and where it is, as VCDA writes owners: the site is what follows the last `@`. */
export const ORG_AT_SITE = 'an organization and its site, as org@site';
export const orgAtSite = parsed(ORG_AT_SITE, { type: 'string' }, (value): string | undefined => {
  const named = label.safeParse(value);
  return named.success && /^[^@\s].*@[^@\s]+$/.test(named.data) ? named.data : undefined;
});

/** What a program or a server is given. */
export const line = onOneLine('a text', 10_000);

export const atLeastOne = z.int('a whole number').min(1, 'a whole number, at least 1');

export const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const A_UUID = 'a uuid, such as 5ee9224f-305d-46f6-865f-b605e70acef8';
export const uuid = z.string(A_UUID).regex(UUID, A_UUID).toLowerCase();

/** What a site is asked about before the start: an id, in small letters, or the name that it has there. */
export const idOrName = (what: string) =>
  parsed(`the uuid or the name of ${what}`, { type: 'string' }, (value): string | undefined => {
    const named = label.safeParse(value);
    if (!named.success || named.data.trim() === '') return undefined;
    return UUID.test(named.data) ? named.data.toLowerCase() : named.data.trim();
  });

/** A variable that is still to be replaced fits wherever a text does. */
const OR_VARIABLE = '|\\$\\{';

/** Longer ones are mistakes: days. */
const LONGEST = 3_650;
/** More than a timer takes, which would then not wait at all. */
export const A_TIMER = 24;

const A_DURATION = { type: 'string', pattern: `^\\s*\\d+(\\.\\d+)?\\s*[A-Za-z]+\\s*$${OR_VARIABLE}` } as const;

/** @param mostDays more is reported */
function readDuration(value: unknown, least: number, mostDays: number, report: Report): number | undefined {
  const milliseconds = typeof value === 'string' ? parseDuration(value) : undefined;
  if (milliseconds === undefined || milliseconds < least) return undefined;
  if (milliseconds > mostDays * 86_400_000) return report({ expected: `at most ${mostDays}d` });
  return milliseconds;
}

/** Milliseconds; zero only where it makes sense. @param mostDays `A_TIMER` for what a process waits for by itself */
export const duration = (least = 1, mostDays = LONGEST) =>
  parsed(least > 0 ? DURATION : `${DURATION}, or 0s`, A_DURATION, (value, report) =>
    readDuration(value, least, mostDays, report),
  );

/** As {@link duration}, or `false` for never: a 0 could mean that as well as the very moment, so it is none. */
export const durationOrNever = (least: number, atLeast: string) =>
  parsed(
    `${DURATION}, at least ${atLeast}; or false`,
    { anyOf: [A_DURATION, { const: false }] },
    (value, report): number | false | undefined =>
      value === false ? false : readDuration(value, least, LONGEST, report),
  );

/** Always, never, or for so long: ms. */
export const alwaysOrDuration = parsed(
  'true, false, or a duration such as 7d',
  { anyOf: [{ type: 'boolean' }, { type: 'string', pattern: `^\\s*\\d+(\\.\\d+)?\\s*[A-Za-z]+\\s*$${OR_VARIABLE}` }] },
  (value, report): boolean | number | undefined => {
    if (typeof value === 'boolean') return value;
    const milliseconds = typeof value === 'string' ? parseDuration(value) : undefined;
    if (milliseconds === undefined || milliseconds < 1) return undefined;
    return milliseconds > LONGEST * 86_400_000 ? report({ expected: `at most ${LONGEST}d` }) : milliseconds;
  },
);

/** Whole minutes, as a number or a duration. */
export const minutes = parsed(
  'minutes: a whole number, or a duration such as 15m or 24h',
  { anyOf: [{ type: 'integer', minimum: 1 }, { type: 'string' }] },
  parseMinutes,
);

/** A moment as ISO 8601 in UTC. Without a zone it would mean another moment on every machine. */
const A_MOMENT = 'a moment with its time zone, such as 2026-12-05T22:00:00+01:00';
export const moment = parsed(A_MOMENT, { type: 'string', format: 'date-time' }, readMoment);

/** As {@link moment}, but that it stays in the zone in which it is written: people meet at it. */
export const momentInItsZone = parsed(A_MOMENT, { type: 'string', format: 'date-time' }, (value) => {
  const read = readMoment(value);
  const [, offset, sign, hours, minutes] = /(([+-])(\d\d):(\d\d))$/.exec(String(value)) ?? [];
  if (read === undefined || offset === undefined) return read;
  const ahead = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(Date.parse(read) + ahead).toISOString().replace('Z', offset);
});

/** undefined: it is none, or has no zone */
export function readMoment(value: unknown): string | undefined {
  return z.iso.datetime({ offset: true }).safeParse(value).success ? new Date(String(value)).toISOString() : undefined;
}

/** Of what a date can be: epoch milliseconds. */
const LAST = 8.64e15;

/** Epoch milliseconds. */
export const epoch = parsed(
  'epoch milliseconds, or a moment with its time zone such as 2026-12-05T22:00:00+01:00',
  { anyOf: [{ type: 'integer' }, { type: 'string', format: 'date-time' }] },
  (value) => {
    if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) <= LAST ? value : undefined;
    const read = readMoment(value);
    return read === undefined ? undefined : Date.parse(read);
  },
);

/** A number, or a text of one, since what comes from a variable is always a text. @param most more is a mistake */
export const numeral = (expected: string, fits: (value: number) => boolean, most: number) =>
  parsed(expected, { anyOf: [{ type: 'number' }, { type: 'string' }] }, (value, report) => {
    const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || Number.isNaN(number)) return undefined;
    if (number > most) return report({ expected: `at most ${most}` });
    return fits(number) ? number : undefined;
  });
