import { z } from 'zod';
import { optional, parsed } from './check.js';
import { DURATION, parseDuration } from './durations.js';

export const text = z.string().min(1, 'text');

export const atLeastOne = z.int('a whole number').min(1, 'a whole number, at least 1');

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const uuid = z
  .string('a uuid, such as 5ee9224f-305d-46f6-865f-b605e70acef8')
  .regex(UUID, 'a uuid, such as 5ee9224f-305d-46f6-865f-b605e70acef8')
  .toLowerCase();

/** Milliseconds; zero only where it makes sense. */
export const duration = (least = 1) =>
  parsed(least > 0 ? DURATION : `${DURATION}, or 0s`, (value) => {
    const milliseconds = typeof value === 'string' ? parseDuration(value) : undefined;
    return milliseconds !== undefined && milliseconds >= least ? milliseconds : undefined;
  });

/** A moment as ISO 8601 in UTC. Without a zone it would mean another moment on every machine. */
export const moment = parsed('a moment with its time zone, such as 2026-12-05T22:00:00+01:00', (value) =>
  z.iso.datetime({ offset: true }).safeParse(value).success ? new Date(String(value)).toISOString() : undefined,
);

export const withDefault = <S extends z.ZodType, const D>(schema: S, fallback: D) =>
  optional(schema).transform((value) => value ?? fallback);

/** A mapping that may be left out: its own defaults then hold. */
export const section = <S extends z.ZodType>(schema: S) => z.preprocess((value) => value ?? {}, schema);
