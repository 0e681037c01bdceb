import { CommanderError } from 'commander';
import {
  DroverError,
  Interrupted,
  NoWorker,
  SiteAway,
  StoreUnanswered,
  WaitedTooLong,
  WorkflowFailing,
} from '../client/errors.js';
import type { Waited } from '../client/run-handle.js';
import { isLeftOut, isMovedBefore } from '../contract/codes.js';
import { EXIT, type ExitCode } from '../contract/exit-codes.js';
import type { RunReport, VmReport } from '../contract/report.js';
import { BadInput } from '../plan/source/problem.js';
import { TemporalUnreachable } from '../temporal/unreachable.js';
import { NotAgreed, NotApplied } from './errors.js';

export { EXIT, type ExitCode };

export function exitCodeOfReport({ finishedAt, state }: Pick<RunReport, 'finishedAt' | 'state'>): ExitCode {
  return finishedAt === null || state === 'succeeded' ? EXIT.ok : EXIT.notAll;
}

/** Of what was waited for. */
export function exitCodeOfWaited({ reached, report }: Waited): ExitCode {
  if (!reached) return EXIT.personNeeded;
  if (report.finishedAt !== null) return exitCodeOfReport(report);
  const { failed, cancelled } = report.totals;
  return failed + cancelled === 0 ? EXIT.ok : EXIT.notAll;
}

export function exitCodeOfVm(vm: Pick<VmReport, 'state' | 'error'>): ExitCode {
  const { state } = vm;
  if (isLeftOut(vm) || isMovedBefore(vm)) return EXIT.ok;
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
  if (error instanceof WaitedTooLong || (error instanceof DroverError && error.effect !== null)) {
    return EXIT.personNeeded;
  }
  if (error instanceof NotAgreed && error.isUnasked) {
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
