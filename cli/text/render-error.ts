import { CommanderError } from 'commander';
import { DroverError, type Effect } from '../../client/errors.js';
import type { PlanFinding } from '../../contract/plan-check.js';
import { BadInput, formatProblem, type Problem } from '../../plan/source/problem.js';
import { TemporalUnreachable } from '../../temporal/unreachable.js';
import { NotApplied, PlanUnfit } from '../errors.js';
import { EXIT, exitCodeOfError } from '../exit-codes.js';
import { findingLine } from './plan-check-text.js';

/** What `--json` prints for an error. */
export interface ErrorDocument {
  error: {
    code: string;
    message: string;
    problems: Problem[];
    /** what the check of a plan has found; absent: it is not about one */
    findings?: PlanFinding[];
    next: string | null;
    /** what becomes of an act: `none` nothing, now or later; `pending` it is done when a worker comes; absent: no act */
    effect?: 'none' | Effect['is'];
    /** from which on a pending act is refused, ISO 8601; null: it does not lapse */
    until?: string | null;
  };
}

/** @param otherwise the next step, where the error itself names none */
export function errorDocument(given: unknown, otherwise: string | null = null): ErrorDocument {
  const error = toldOf(given);
  return {
    error: {
      code: codeOf(error),
      message: messageOf(error),
      problems: error instanceof BadInput ? error.problems : [],
      ...(error instanceof PlanUnfit ? { findings: [...error.check.errors, ...error.check.warnings] } : {}),
      next: nextOf(given) ?? otherwise,
      ...effectOf(given),
    },
  };
}

/** An error for a person, in lines: what happened, each problem of a file on its own, and what to do next. */
export function errorLines(given: unknown, otherwise: string | null = null): string[] {
  const error = toldOf(given);
  if (error instanceof BadInput) {
    return [...problemLines(error.problems), messageOf(error)];
  }
  const next = nextOf(given) ?? otherwise;
  return [...foundLines(error), ...messageLines(error), ...(next === null ? [] : [`  next: ${next}`])];
}

/** Of a sheet whose rows all have one mistake so many are told one by one; `--json` has more. */
const MOST_ALIKE = 20;

function problemLines(problems: Problem[]): string[] {
  const alike = new Map<string, { problem: Problem; count: number }>();
  const lines = problems.flatMap((problem) => {
    const key = `${problem.file}\n${problem.message}`;
    const count = (alike.get(key)?.count ?? 0) + 1;
    alike.set(key, { problem, count });
    return count > MOST_ALIKE ? [] : [formatProblem(problem)];
  });
  const left = [...alike.values()].flatMap(({ problem: { file, message }, count }) =>
    count > MOST_ALIKE ? [`${file}  and ${count - MOST_ALIKE} times more: ${message}`] : [],
  );
  return [...lines, ...left];
}

/** Findings that are told one by one. */
const MOST_TOLD = 20;

function foundLines(error: unknown): string[] {
  if (!(error instanceof PlanUnfit)) return [];
  const { errors } = error.check;
  const more = errors.length > MOST_TOLD ? [`and ${errors.length - MOST_TOLD} more: drover plan check`] : [];
  return [...errors.slice(0, MOST_TOLD).map(findingLine), ...more];
}

/** What Drover says itself is one line, whoever is quoted in it; of what nobody has foreseen, no line may pass for another. */
function messageLines(error: unknown): string[] {
  const message = messageOf(error);
  if (error instanceof DroverError || error instanceof TemporalUnreachable) return [message];
  const [first = '', ...more] = message.split('\n');
  return [first, ...(error instanceof CommanderError ? more : more.map((line) => `  ${line}`))];
}

const toldOf = (error: unknown): unknown => (error instanceof NotApplied ? error.cause : error);

function nextOf(error: unknown): string | null {
  if (!(error instanceof NotApplied)) return error instanceof DroverError ? error.next : null;
  const next = nextOf(error.cause);
  if (exitCodeOfError(error) !== EXIT.unreachable || next?.startsWith(NOT_SENT)) return next;
  return `${NOT_SENT}; ${next === null ? '' : `${next}; `}then type the command again`;
}

const NOT_SENT = 'nothing was sent';

function effectOf(error: unknown): Pick<ErrorDocument['error'], 'effect' | 'until'> {
  if (error instanceof NotApplied) return { effect: 'none' };
  if (!(error instanceof DroverError) || error.effect === null) return {};
  return { effect: error.effect.is, until: error.effect.until?.toISOString() ?? null };
}

/** Codes of what was typed wrongly. They are Drover's, since scripts rely on them and the parser may change. */
const USAGE: Record<string, string> = {
  'commander.unknownCommand': 'UnknownCommand',
  'commander.unknownOption': 'UnknownOption',
  'commander.missingArgument': 'MissingArgument',
  'commander.optionMissingArgument': 'MissingArgument',
  'commander.missingMandatoryOptionValue': 'MissingOption',
  'commander.excessArguments': 'TooManyArguments',
  'commander.invalidArgument': 'InvalidArgument',
  'commander.conflictingOption': 'ConflictingOptions',
};

function codeOf(error: unknown): string {
  if (error instanceof DroverError) {
    return error.code;
  }
  if (error instanceof CommanderError) {
    return USAGE[error.code] ?? 'Usage';
  }
  if (error instanceof BadInput || error instanceof TemporalUnreachable) {
    return error.name;
  }
  return 'Unexpected';
}

function messageOf(error: unknown): string {
  if (error instanceof BadInput) {
    const count = error.problems.length;
    return `${count === 1 ? '1 problem' : `${count} problems`} found; nothing was done.`;
  }
  if (error instanceof CommanderError) {
    return error.message.replace(/^error: /, '');
  }
  if (error instanceof DroverError || error instanceof TemporalUnreachable) {
    return error.message;
  }
  return `Unexpected error: ${error instanceof Error ? messages(error) : String(error)}`;
}

function messages(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${messages(error.cause)}` : error.message;
}
