import { CommanderError } from 'commander';
import { DroverError, Interrupted, NoWorker, SiteAway, StoreUnanswered, WorkflowFailing } from '../client/errors.js';
import type { RunReport, VmReport } from '../contract/report.js';
import { BadInput } from '../plan/source/problem.js';
import { TemporalUnreachable } from '../temporal/unreachable.js';
import { NotApplied } from './errors.js';

/** What a command's exit status says; scripts rely on it. */
export const EXIT = {
  /** done, and all succeeded; or still going on, for commands that do not wait */
  ok: 0,
  /** done, but a VM failed, was cancelled, or was skipped for one that did; not for one that an earlier run has moved */
  notAll: 1,
  /** usage, config or plan, and nothing was started; or the standard output could not be written, which is said */
  badInput: 2,
  /** Temporal, its workers or a site cannot be reached or refuse the login */
  unreachable: 3,
  /** kept for a worker to act on, or perhaps so; a person must start one, or look */
  personNeeded: 4,
  /** somebody stopped watching; the run goes on */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

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
