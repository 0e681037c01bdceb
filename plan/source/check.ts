import type { z } from 'zod';
import { didYouMean } from './nearest.js';
import type { Problem } from './problem.js';
import { reportedIn, type ValueFault } from './schema-tools.js';
import type { Path, Source } from './yaml-document.js';

/** How a value may be shown in a message: not at all where it can hold a secret. */
export interface CheckOptions {
  /** whether messages may only name the kind of value found at a path, never the value */
  hidden?: (path: Path) => boolean;
}

/**
 * Validates the value at `path` and returns what the schema makes of it; undefined after adding problems, each with the
 * position of the offending node (of an unknown key: of the key; of a missing key: of its parent).
 *
 * Convention for schemas: a message set in a schema says what was *expected* ("a uuid"); what was found is added here.
 */
export function check<S extends z.ZodType>(
  schema: S,
  source: Source,
  path: Path,
  problems: Problem[],
  options: CheckOptions = {},
): z.output<S> | undefined {
  const result = schema.safeParse(valueAt(source.value, path), { error: () => '' });
  if (result.success) return result.data;
  // One by one: a file may have more mistakes than a call may have arguments.
  for (const issue of result.error.issues)
    for (const problem of describe(issue, source, path, options)) problems.push(problem);
  return undefined;
}

/** The value at a path of plain data; undefined where the path leaves it. */
export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

/** The keys of a mapping as they stand in the file: a zod record would leave out `__proto__`. */
export function keysOf(data: unknown): string[] {
  return typeof data === 'object' && data !== null ? Object.keys(data) : [];
}

function describe(issue: z.core.$ZodIssue, source: Source, base: Path, options: CheckOptions): Problem[] {
  const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ');
    if (path.length === 0 && isOfAnotherKind(source, issue.keys, known)) return [ofAnotherKind(source, known)];
    return issue.keys.map((key) => unknownKey(source, path, key, known, options));
  }
  if (issue.code === 'invalid_key') return [badKey(source, path, issue)];
  const reported = reportedIn(issue);
  const found = valueAt(source.written, path);
  const hidden = options.hidden?.(path) ?? false;
  const { message, found: findings, expected, hint } = reported?.fault ?? faultOf(issue, found, hidden);
  return [
    {
      ...(reported?.at === 'key' ? source.atKey(path) : source.at(path)),
      message:
        message ??
        `${pathText(path) || source.whole} ${(hidden ? undefined : findings) ?? inWords(found, path.length === 0 ? 'text' : hidden)}`,
      ...(expected && { expected }),
      ...(hint && { hint }),
    },
  ];
}

function faultOf(issue: z.core.$ZodIssue, found: unknown, hidden: boolean): ValueFault {
  return { expected: issue.message || expectation(issue) || '', ...advice(issue, found, hidden) };
}

/** Of what has no key that is known, nor one that may have been meant, nobody knows whose it is. */
const isOfAnotherKind = (source: Source, unknown: string[], known: string[]): boolean =>
  unknown.length === keysOf(source.value).length && unknown.every((key) => didYouMean(key, known).hint === undefined);

/** Nothing of it is quoted. */
const ofAnotherKind = (source: Source, known: string[]): Problem => ({
  ...source.at([]),
  message: `${source.whole} has no key that is known here`,
  expected: oneOf(known),
});

/** A key that cannot be a secret. */
const WORD = /^[A-Za-z]{1,30}$/;

/** Where the blank after a colon was forgotten, a key is all of `password:secret`; null: that may be so. */
const shownKey = (key: string): string | null => (/:./s.test(key) ? null : quote(key));

/** The problem of a key that its mapping cannot have. */
function badKey(source: Source, path: Path, { issues: [first] }: z.core.$ZodIssueInvalidKey): Problem {
  const expected = first && (reportedIn(first)?.fault.expected ?? first.message);
  const place = path.length > 1 ? ` in ${pathText(path.slice(0, -1))}` : '';
  const message = `${shownKey(String(path.at(-1))) ?? 'this'} cannot be a key${place}`;
  return { ...source.atKey(path), message, ...(expected && { expected }) };
}

/** The problem of a key that nothing reads. */
function unknownKey(source: Source, path: Path, key: string, known: string[], { hidden }: CheckOptions): Problem {
  const place = path.length > 0 ? ` in ${pathText(path)}` : '';
  const isShown = WORD.test(key) || hidden?.([...path, key]) !== true;
  const shown = isShown ? shownKey(key) : null;
  return {
    ...source.atKey([...path, key]),
    message: `unknown key${shown === null ? ', not shown here,' : ` ${shown}`}${place}`,
    expected: oneOf(known),
    ...didYouMean(key, known),
  };
}

/** `waves[0].vms[2].id` */
export function pathText(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${shortened(step.replace(/:.+$/s, ':…'))}`))
    .join('')
    .replace(/^\./, '');
}

/**
 * What was found, as the rest of a sentence: `is "tinn"`, `is a list`, `is missing`.
 * @param hidden `text`: a file as a whole, which may be anybody's
 */
function inWords(found: unknown, hidden: boolean | 'text'): string {
  if (found === undefined) return 'is missing';
  if (found === null) return 'has no value';
  if (Array.isArray(found)) return found.length === 0 ? 'is an empty list' : 'is a list';
  if (typeof found === 'object') return 'is a mapping';
  if (found === '') return 'is empty';
  if (hidden === 'text') return 'is text';
  if (!hidden) return `is ${typeof found === 'string' ? quote(found) : String(found as number | boolean)}`;
  return (
    { string: 'is not valid', number: 'is a number', boolean: 'is true or false' }[typeof found as string] ?? 'is there'
  );
}

/** A text, cut where it would flood a message. @param most characters */
export const shortened = (text: string, most = 80): string =>
  text.length > most ? `${text.slice(0, most - 3)}…` : text;

/** Quotes a text, cut where it would flood the message. */
export const quote = (text: string): string => JSON.stringify(shortened(text));

export function oneOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping (key: value)',
  record: 'a mapping (key: value)',
  array: 'a list',
};

function expectation(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'invalid_type') return TYPES[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') return oneOf(issue.values.map(String));
  if (issue.code === 'too_small') return `at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `at most ${issue.maximum}`;
  return undefined;
}

function advice(issue: z.core.$ZodIssue, found: unknown, hidden: boolean): { hint?: string } {
  if (issue.code === 'invalid_value' && typeof found === 'string' && !hidden) {
    return didYouMean(found, issue.values.map(String));
  }
  const textWanted = issue.code === 'invalid_type' && issue.expected === 'string';
  return textWanted && (typeof found === 'number' || typeof found === 'boolean') ? { hint: 'put it in quotes' } : {};
}
