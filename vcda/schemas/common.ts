/**
 * What the bodies of the VCDA API have in common. Tolerant on purpose: unknown members pass, unknown values of
 * enumerations stay strings, members that only some versions send may be absent or null.
 */
import { z } from 'zod';

export const text = z.string();
export const maybeText = z.string().nullish();
/** A whole number in quotes is one too: some JSON writers quote what needs 64 bits, as times do. */
export const maybeNumber = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,15}$/)
      .transform(Number),
  ])
  .nullish();
export const maybeFlag = z.boolean().nullish();
/** What ids stand in a path, so an empty one would name the collection. */
export const id = z.string().min(1);

const BARE_UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** As Cloud Director itself writes the ids of what it has: `urn:vcloud:vdc:UUID`. */
const URN = /^urn:vcloud:[a-z]+:/i;

/** A uuid means the same in capitals, or in a URN; plans have it bare and in small letters. Ids with a prefix (C4-…) stay as they are. */
function bare(given: string): string {
  const uuid = given.replace(URN, '');
  return BARE_UUID.test(uuid) ? uuid.toLowerCase() : given;
}

/** Of what Cloud Director has: VMs, vApps, VDCs. A site may write them in capitals, or as URNs. */
export const vcdId = id.transform(bare);
export const maybeVcdId = text.transform(bare).nullish();

/** Texts of a site end up in logs and histories, where a longer one only does harm. */
const LONGEST_MESSAGE = 2_000;
const LONGEST_CODE = 100;

/** [seed] body of every answer from 400 up, and `task.error`; only `code` must be right for it to be one */
export const errorBody = z.looseObject({
  code: text.transform((code) => code.slice(0, LONGEST_CODE)),
  msg: maybeText.catch(null).transform((msg) => msg?.slice(0, LONGEST_MESSAGE)),
  args: z.array(z.unknown()).nullish().catch(null),
  stacktrace: z
    .unknown()
    .optional()
    .transform(() => undefined),
});
export type ErrorBody = z.infer<typeof errorBody>;

/** The message of an exception in Java may be null. */
const told = z.union([z.looseObject({ msg: text.nullable() }), z.looseObject({ args: z.array(z.unknown()) })]);

/**
 * VCDA's error in an answer; null for a page of whatever stands before it, which may be JSON with a `code` of its own. A code
 * in letters, and a message or arguments, are what tells the two apart.
 */
export function errorIn(body: unknown): ErrorBody | null {
  const known = errorBody.safeParse(body);
  return known.success && /[a-z]/i.test(known.data.code) && told.safeParse(body).success ? known.data : null;
}

/** An error that need not be as documented: where it stands beside others, it must not hide them. */
export const anyError = errorBody.catch(({ input }) => ({
  code: 'UnreadableError',
  msg: JSON.stringify(input)?.slice(0, LONGEST_MESSAGE),
  stacktrace: undefined,
}));
