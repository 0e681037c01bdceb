/** Runs cases one after the other, each for a bounded time, and gathers what was seen. */

import { type Case } from './case.js';
import { alive, Context } from './context.js';
import { Finding, type Outcome } from './finding.js';
import { WouldWrite } from './read-only.js';
import type { Target } from './target.js';
import { Unreachable } from './wire.js';

export type Verdict =
  | 'conforms'
  | 'differs'
  | 'not checked'
  /** of assumed cases: the server does what Drover's simulator does, or something else */
  | 'as assumed'
  | 'otherwise';

export interface Row {
  id: string;
  family: string;
  title: string;
  source: string;
  kind: 'documented' | 'assumed';
  verdict: Verdict;
  /** what was seen instead, why it was not checked, or the alternative that the server shows */
  seen: string;
  /** of assumed cases: what the simulator does by default, and the row of its table of assumptions */
  assumes: string | null;
  row: string | null;
}

export interface Report {
  target: string;
  mode: Target['mode'];
  rows: Row[];
  /** an extension that failed leaves many cases unchecked */
  notes: string[];
}

const LONGEST_CASE = 120_000;
const LONGEST_RUN = 1_800_000;

/** @throws LoginFailed, Unreachable */
export async function run(target: Target, cases: readonly Case[], onCase?: (row: Row) => void): Promise<Report> {
  const context = await Context.open(target);
  const rows: Row[] = [];
  const began = performance.now();
  try {
    for (const one of cases) {
      const outcome: Outcome =
        performance.now() - began > LONGEST_RUN
          ? { result: 'not checked', seen: 'the run has taken too long' }
          : await outcomeOf(one, context);
      const row = judged(one, { ...outcome, seen: context.scrubbed(outcome.seen) });
      rows.push(row);
      onCase?.(row);
    }
  } finally {
    await context.logOut();
  }
  const notes = context.notExtended === null ? [] : [context.notExtended];
  return { target: target.here.name, mode: target.mode, rows, notes };
}

async function outcomeOf(one: Case, context: Context): Promise<Outcome> {
  if (one.mode === 'write' && context.target.mode === 'read')
    return { result: 'not checked', seen: 'a read-only run does not' };
  try {
    return (await within(LONGEST_CASE, one.check(context))) ?? { result: 'conforms', seen: '' };
  } catch (error) {
    if (error instanceof Finding) return error.outcome;
    if (error instanceof WouldWrite) return { result: 'not checked', seen: error.message };
    if (!(error instanceof Unreachable)) throw error;
    // One call without an answer is a finding about that call; a server that is gone ends the run.
    if (!(await alive(context))) throw error;
    return { result: 'differs', seen: error.message };
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Finding({ result: 'not checked', seen: `longer than ${ms / 1000} s` })), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function judged(one: Case, outcome: Outcome): Row {
  const { id, family, title, source, assumes = null, row = null } = one;
  const verdict = outcome.result === 'shows' ? (outcome.seen === assumes ? 'as assumed' : 'otherwise') : outcome.result;
  const kind = assumes === null ? 'documented' : 'assumed';
  return { id, family, title, source, kind, verdict, seen: outcome.seen, assumes, row };
}

export type Totals = Record<Verdict, number>;

export function totals(rows: readonly Row[]): Totals {
  const sums: Totals = { conforms: 0, differs: 0, 'not checked': 0, 'as assumed': 0, otherwise: 0 };
  for (const { verdict } of rows) sums[verdict]++;
  return sums;
}

/** In full, every documented case must have been checked as well: nothing may hide behind a failed preparation. */
export function passes({ mode, rows }: Report): boolean {
  return rows.every(
    ({ kind, verdict }) =>
      verdict !== 'differs' && !(mode === 'full' && kind === 'documented' && verdict === 'not checked'),
  );
}
