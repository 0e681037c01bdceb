import { CommanderError } from 'commander';
import { DroverError, Interrupted, NoWorker, SiteAway, StoreUnanswered, WorkflowFailing } from '../client/errors.js';
import { EXIT, type ExitCode } from '../contract/exit-codes.js';
import type { RunReport, VmReport } from '../contract/report.js';
import { BadInput } from '../plan/source/problem.js';
import { TemporalUnreachable } from '../temporal/unreachable.js';
import { NotApplied } from './errors.js';

export { EXIT, type ExitCode };

export function exitCodeOfReport({ finishedAt, state }: Pick<RunReport, 'finishedAt' | 'state'>): ExitCode {
  return finishedAt === null || state === 'succeeded' ? EXIT.ok : EXIT.notAll;
}

export function exitCodeOfVm({ state }: Pick<VmReport, 'state'>): ExitCode {
  return state === 'failed' || state === 'cancelled' || state === 'skipped' ? EXIT.notAll : EXIT.ok;
}

const UNREACHABLE = [TemporalUnreachable, NoWorker, SiteAway, StoreUnanswered, WorkflowFailing];

export function exitCodeOfError(error: unknown): ExitCode {
  if (error instanceof Interrupted) {
    return EXIT.interrupted;
  }
  if (error instanceof NotApplied) {
    return exitCodeOfError(error.cause);
  }
  if (error instanceof DroverError && error.effect !== null) {
    return EXIT.personNeeded;
  }
  if (UNREACHABLE.some((kind) => error instanceof kind)) {
    return EXIT.unreachable;
  }
  if (error instanceof BadInput || error instanceof DroverError || error instanceof CommanderError) {
    return EXIT.badInput;
  }
  return EXIT.notAll;
}
