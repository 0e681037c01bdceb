/**
 * Reading what only partly fits a schema. A member that may be absent and makes no sense is unknown, as if it were absent; the
 * schemas themselves stay strict, since a server is held against them too (conformance/).
 */
import type { z } from 'zod';

/** Answers with more faults than these are not of this API. */
const MOST_PASSES = 20;

type Path = readonly PropertyKey[];

/** As `schema.safeParse`, with null in place of each optional member that does not fit. */
export function leniently<T extends z.ZodType>(schema: T, given: unknown): z.ZodSafeParseResult<z.infer<T>> {
  const first = schema.safeParse(given);
  if (first.success || typeof given !== 'object' || given === null) return first;
  let copy: unknown = given;
  const emptied = new Set<string>();
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const read = schema.safeParse(copy);
    if (read.success) return read;
    for (const { path } of read.error.issues) {
      const innermost = outwards(path).find((at) => !emptied.has(keyOf(at)));
      // Not even an empty one would do.
      if (innermost === undefined) return first;
      emptied.add(keyOf(innermost));
      copy = emptiedAt(copy, innermost);
    }
  }
  return first;
}

const keyOf = (path: Path): string => JSON.stringify(path.map(String));

/** The path itself, then what it is part of; never the whole. */
const outwards = (path: Path): Path[] => path.map((_, n) => path.slice(0, path.length - n));

/** A copy along the path only: what hangs beside it may be deeper than any stack. */
function emptiedAt(whole: unknown, [member, ...rest]: Path): unknown {
  if (member === undefined) return null;
  if (Array.isArray(whole)) return whole.map((one: unknown, n) => (n === member ? emptiedAt(one, rest) : one));
  if (typeof whole !== 'object' || whole === null) return whole;
  const known = new Map<PropertyKey, unknown>(Object.entries(whole));
  return { ...whole, [member]: emptiedAt(known.get(member), rest) };
}
