import { z } from 'zod';
import { quote } from './check.js';
import { DURATION, parseDuration, parseMinutes } from './durations.js';
import { parsed, without } from './schema-tools.js';
import { controlIn } from './visible.js';

export const text = z.string().min(1, 'text');

/** What people call something: it stands on a line of lists, reports and terminals. */
export const label = without(text, (name) => {
  const unseen = controlIn(name);
  if (unseen === undefined) return undefined;
  const hint = /\n|\r/.test(name)
    ? 'take it out; in a spreadsheet Alt+Enter makes one'
    : 'type the name anew: it was copied with more than can be seen';
  return { found: `is ${quote(name)}, with ${unseen}`, expected: 'a name on one line, of visible characters', hint };
});

export const atLeastOne = z.int('a whole number').min(1, 'a whole number, at least 1');

export const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const A_UUID = 'a uuid, such as 5ee9224f-305d-46f6-865f-b605e70acef8';
export const uuid = z.string(A_UUID).regex(UUID, A_UUID).toLowerCase();

/** A variable that is still to be replaced fits wherever a text does. */
const OR_VARIABLE = '|\\$\\{';

/** Milliseconds; zero only where it makes sense. */
export const duration = (least = 1) =>
  parsed(
    least > 0 ? DURATION : `${DURATION}, or 0s`,
    { type: 'string', pattern: `^\\s*\\d+(\\.\\d+)?\\s*[A-Za-z]+\\s*$${OR_VARIABLE}` },
    (value) => {
      const milliseconds = typeof value === 'string' ? parseDuration(value) : undefined;
      return milliseconds !== undefined && milliseconds >= least ? milliseconds : undefined;
    },
  );

/** Whole minutes, as a number or a duration. */
export const minutes = parsed(
  'minutes: a whole number, or a duration such as 15m or 24h',
  { anyOf: [{ type: 'integer', minimum: 1 }, { type: 'string' }] },
  parseMinutes,
);

/** A moment as ISO 8601 in UTC. Without a zone it would mean another moment on every machine. */
export const moment = parsed(
  'a moment with its time zone, such as 2026-12-05T22:00:00+01:00',
  { type: 'string', format: 'date-time' },
  readMoment,
);

function readMoment(value: unknown): string | undefined {
  return z.iso.datetime({ offset: true }).safeParse(value).success ? new Date(String(value)).toISOString() : undefined;
}

/** Epoch milliseconds. */
export const epoch = parsed(
  'epoch milliseconds, or a moment with its time zone such as 2026-12-05T22:00:00+01:00',
  { anyOf: [{ type: 'integer' }, { type: 'string', format: 'date-time' }] },
  (value) => {
    if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
    const read = readMoment(value);
    return read === undefined ? undefined : Date.parse(read);
  },
);

/** A number, or a text of one, since what comes from a variable is always a text. */
export const numeral = (expected: string, fits: (value: number) => boolean) =>
  parsed(expected, { anyOf: [{ type: 'number' }, { type: 'string' }] }, (value) => {
    const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) && fits(number) ? number : undefined;
  });
