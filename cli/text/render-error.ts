import { CommanderError } from 'commander';
import { DroverError, type Effect } from '../../client/errors.js';
import { BadInput, formatProblem, type Problem } from '../../plan/source/problem.js';
import { TemporalUnreachable } from '../../temporal/unreachable.js';
import { NotApplied } from '../errors.js';
import { EXIT, exitCodeOfError } from '../exit-codes.js';

/** What `--json` prints for an error. */
export interface ErrorDocument {
  error: {
    code: string;
    message: string;
    problems: Problem[];
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
      next: nextOf(given) ?? otherwise,
      ...effectOf(given),
    },
  };
}

/** An error for a person: what happened, each problem of a file on its own line, and what to do next. */
export function errorText(given: unknown, otherwise: string | null = null): string {
  const error = toldOf(given);
  if (error instanceof BadInput) {
    return [...error.problems.map(formatProblem), messageOf(error)].join('\n');
  }
  const next = nextOf(given) ?? otherwise;
  return `${messageOf(error)}${next === null ? '' : `\n  next: ${next}`}`;
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
