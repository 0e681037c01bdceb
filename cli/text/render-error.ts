import { CommanderError } from 'commander';
import { DroverError } from '../../client/errors.js';
import { BadInput, formatProblem, type Problem } from '../../plan/source/problem.js';
import { TemporalUnreachable } from '../../temporal/unreachable.js';

/** What `--json` prints for an error. */
export interface ErrorDocument {
  error: { code: string; message: string; problems: Problem[]; next: string | null };
}

/** @param otherwise the next step, where the error itself names none */
export function errorDocument(error: unknown, otherwise: string | null = null): ErrorDocument {
  return {
    error: {
      code: codeOf(error),
      message: messageOf(error),
      problems: error instanceof BadInput ? error.problems : [],
      next: nextOf(error) ?? otherwise,
    },
  };
}

/** An error for a person: what happened, each problem of a file on its own line, and what to do next. */
export function errorText(error: unknown, otherwise: string | null = null): string {
  if (error instanceof BadInput) {
    return [...error.problems.map(formatProblem), messageOf(error)].join('\n');
  }
  const next = nextOf(error) ?? otherwise;
  return `${messageOf(error)}${next === null ? '' : `\n  next: ${next}`}`;
}

const nextOf = (error: unknown): string | null => (error instanceof DroverError ? error.next : null);

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
