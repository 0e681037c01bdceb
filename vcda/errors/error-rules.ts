/** Which row of the error table a failure falls under, with what a config changes, and how long to wait then. */
import { ERROR_TABLE, type ErrorRow, MINUTE, type TaskAction } from './error-table.js';
import { isOfFrontEnd, type VcdaError } from './errors.js';

const FRONT_END = 'FrontEnd';
const NOT_NOW: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

export interface ErrorRowChange {
  action?: 'retry' | 'hold' | 'fail' | undefined;
  retry?: { initial?: number | undefined; max?: number | undefined; for?: number | undefined } | undefined;
  task?: TaskAction | undefined;
}

/** What a rule needs to know of a failure; both a {@link VcdaError} and the error of a task fit. */
export type Failure = Pick<VcdaError, 'code'> & { status?: number | null };

export type ErrorRules = (failure: Failure) => ErrorRow;

/**
 * The table with the rows that a config overrides; a key outside the table becomes a row of its own, made from the row that
 * its failures fell under so far.
 *
 * A failure is looked up by code, then status, then class of status; what has none of these is treated as `4xx` is. A
 * status that says "not now" outranks the code, since proxies and busy servers put any code beside it; a code that the
 * config names outranks both. What carries no error of VCDA's is its front end's, whatever it refuses.
 * @example
 * ```ts
 * import { errorRules, VcdaError } from 'drover/vcda';
 *
 * const rules = errorRules();
 * try {
 *   await sites.get('lyon').replications({});
 * } catch (error) {
 *   if (error instanceof VcdaError) console.error(rules(error).advice);
 * }
 * ```
 */
export function errorRules(changes: Record<string, ErrorRowChange> = {}): ErrorRules {
  const rows = new Map(ERROR_TABLE.map((r) => [r.key, r]));
  const named = new Set(Object.keys(changes));
  for (const [key, change] of Object.entries(changes))
    rows.set(key, changed(rows.get(key) ?? newRow(key, rows), change));

  const fallback = required(rows, '4xx');
  const byStatus = (status: number): ErrorRow | undefined => rows.get(String(status)) ?? rows.get(classOf(status));
  return ({ code, status = null }) => {
    if (!named.has(code) && status !== null && NOT_NOW.has(status)) return byStatus(status) ?? fallback;
    const row = rows.get(code) ?? (status === null ? undefined : byStatus(status)) ?? fallback;
    // A refusal in which VCDA says nothing is none, unless the config names the status itself.
    const isAnybodys = isOfFrontEnd({ code, status }) && (status ?? 0) < 500 && !named.has(code);
    return isAnybodys && !named.has(row.key) ? required(rows, FRONT_END) : row;
  };
}

const classOf = (status: number): string => `${Math.floor(status / 100)}xx`;

function required(rows: Map<string, ErrorRow>, key: string): ErrorRow {
  const found = rows.get(key);
  if (found === undefined) throw new TypeError(`the error table has no row for ${key}`);
  return found;
}

function newRow(key: string, rows: Map<string, ErrorRow>): ErrorRow {
  const base = required(rows, /^5\d\d$/.test(key) ? '5xx' : '4xx');
  return { ...base, key, meaning: 'A code that the config names.', advice: "Read the site's message." };
}

function changed(base: ErrorRow, { action, task, retry }: ErrorRowChange): ErrorRow {
  return {
    ...base,
    // Times for a code that was not retried so far can only mean that it shall be.
    call: action ?? (retry !== undefined && base.call === 'fail' ? 'retry' : base.call),
    task: task ?? base.task,
    retry: {
      initial: retry?.initial ?? base.retry.initial,
      max: retry?.max ?? base.retry.max,
      for: retry?.for ?? base.retry.for,
    },
  };
}

/** A site may ask for a longer pause than the row has, up to this: ms. */
export const LONGEST_ASKED_PAUSE = 10 * MINUTE;

/**
 * The pause before the next attempt, in ms: exponential with jitter, at most the row's longest pause; or what the site asked
 * for, at least the row's first pause and at most its longest or ten minutes, whichever is more.
 * @param attempt 1 for the first retry
 * @param random 0 to 1
 * @example
 * ```ts
 * import { pauseBefore, VcdaError } from 'drover/vcda';
 *
 * const wait = (error: VcdaError, attempt: number) =>
 *   pauseBefore(sites.rules(error), attempt, error.retryAfter, Math.random());
 * ```
 */
export function pauseBefore({ retry }: ErrorRow, attempt: number, retryAfter: number | null, random: number): number {
  if (retryAfter !== null)
    return Math.min(Math.max(retryAfter, retry.initial), Math.max(retry.max, LONGEST_ASKED_PAUSE));
  const exponential = retry.initial * 2 ** Math.min(Math.max(attempt, 1) - 1, 20);
  return Math.min(retry.max, Math.round(exponential * (0.75 + random / 2)));
}
