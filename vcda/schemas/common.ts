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

/** An error that need not be as documented: where it stands beside others, it must not hide them. */
export const anyError = errorBody.catch(({ input }) => ({
  code: 'UnreadableError',
  msg: JSON.stringify(input)?.slice(0, LONGEST_MESSAGE),
  stacktrace: undefined,
}));

/** [doc V35] envelope of paged lists; some lists are bare arrays, and which ones is documented for a few only */
export const page = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (body) => (Array.isArray(body) ? { items: body, total: body.length } : body),
    z.looseObject({ items: z.array(item), offset: maybeNumber, limit: maybeNumber, total: maybeNumber }),
  );

export interface Page<T> {
  items: T[];
  total?: number | null | undefined;
}
