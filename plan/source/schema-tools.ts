import { z } from 'zod';
import type { Fault } from './problem.js';
import { type Sound, soundPart } from './sound-part.js';

/** What is wrong with a value, as far as a schema knows; what is left out, the value itself tells. */
export interface ValueFault extends Partial<Fault> {
  /** the message without its subject, which is the path: `has no time zone` */
  found?: string;
}

/** Says that something is wrong at a path below a value; `at`: the place of the value, or of its key. */
export type Report = (fault: ValueFault, path?: (string | number)[], at?: 'value' | 'key') => undefined;

/** How what a function reads is told to editors: a part of a JSON schema. */
export type Json = z.core.JSONSchema.BaseSchema;

/** What a schema keeps for people beside the description: how its default reads in the docs, where that is no value. */
declare module 'zod' {
  interface GlobalMeta {
    /** what holds when the key is left out, in words */
    otherwise?: string;
  }
}

const optionsOf = new WeakMap<z.core.$ZodType, z.ZodType[]>();

/** The schemas that {@link choose} chooses from; undefined for any other schema. */
export const choicesOf = (schema: z.core.$ZodType): z.ZodType[] | undefined => optionsOf.get(schema);

/**
 * An object that knows all its keys. A key without a value (`vdc:`) counts as left out. The known keys travel in the
 * message of the issue, for the hint.
 */
export function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const object = z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  });
  return z.preprocess((value) => (isMapping(value) ? withoutEmpty(value, shape) : value), object);
}

function withoutEmpty(value: object, shape: object): object {
  const isEmpty = ([key, part]: [string, unknown]) => (part ?? null) === null && Object.hasOwn(shape, key);
  const entries = Object.entries(value);
  return entries.some(isEmpty) ? Object.fromEntries(entries.filter((entry) => !isEmpty(entry))) : value;
}

export const isMapping = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A schema that refuses what `wrongWith` says is wrong with a value that the schema takes otherwise. */
export function without<S extends z.ZodType>(schema: S, wrongWith: (value: z.output<S>) => ValueFault | undefined): S {
  return schema.superRefine((value, context) => {
    const fault = wrongWith(value);
    if (fault) reporter((issue) => context.addIssue({ ...issue }))(fault);
  });
}

/** A value read by a function that returns undefined for what it cannot read, and may report why. */
export function parsed<T>(expected: string, json: Json, read: (value: unknown, report: Report) => T | undefined) {
  const schema = z.unknown().transform((input, context): T => {
    let isReported = false;
    const report = reporter((issue) => {
      isReported = true;
      context.issues.push({ ...issue, input });
    });
    const value = read(input, report);
    if (value !== undefined) return value;
    if (!isReported) context.issues.push({ code: 'custom', message: expected, input });
    return z.NEVER;
  });
  return schema.meta(json);
}

/**
 * One of several schemas, chosen by a look at the value, so that its mistakes are those of the schema that was meant. To
 * choose none is a mistake, which `pick` then reports.
 */
export function choose<Options extends Record<string, z.ZodType>>(
  options: Options,
  pick: (value: unknown, report: Report) => keyof Options | undefined,
) {
  const schema = z.unknown().transform((input, context): z.output<Options[keyof Options]> => {
    const key = pick(
      input,
      reporter((issue) => context.issues.push({ ...issue, input })),
    );
    const option = key === undefined ? undefined : options[key];
    if (!option) return z.NEVER;
    const read = option.safeParse(input, { error: () => '' });
    if (read.success) return read.data as z.output<Options[keyof Options]>;
    for (const issue of read.error.issues) context.issues.push({ ...issue, input } as z.core.$ZodRawIssue);
    return z.NEVER;
  });
  optionsOf.set(schema, Object.values(options));
  return schema;
}

/**
 * A rule over several keys of a mapping, asked whatever else is wrong with it, so that no mistake hides another.
 *
 * @param rule gets the values in which nothing is wrong, at any depth, and the mapping with those that are: what is missing
 * in the first may be there and wrong
 */
export function withRule<S extends z.ZodType>(
  schema: S,
  rule: (sound: Sound<z.output<S>>, report: Report, written: object) => void,
): S {
  return schema.superRefine(
    (value, context) => {
      if (!isMapping(value)) return;
      // A key that nobody knows does no harm to those beside it.
      const harmful = context.issues.filter(({ code }) => code !== 'unrecognized_keys');
      const wrong = harmful.map(({ path }) => path ?? []);
      rule(
        soundPart(value, wrong) as Sound<z.output<S>>,
        reporter((issue) => context.addIssue({ ...issue })),
        value,
      );
    },
    { when: () => true },
  );
}

interface ReportedIssue {
  code: 'custom';
  path: (string | number)[];
  message: string;
  params: { fault: ValueFault; at: 'value' | 'key' };
}

function reporter(add: (issue: ReportedIssue) => void): Report {
  return (fault, path = [], at = 'value') => {
    add({ code: 'custom', path, message: '', params: { fault, at } });
    return undefined;
  };
}

/** What {@link Report} reported, when an issue comes from there. */
export function reportedIn(issue: z.core.$ZodIssue): ReportedIssue['params'] | undefined {
  const params = issue.code === 'custom' ? issue.params : undefined;
  return params && 'fault' in params ? (params as ReportedIssue['params']) : undefined;
}
