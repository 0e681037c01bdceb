/** How the steps of a VM end early. They never leave a workflow: what Temporal does not know, it would retry for ever. */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { CODES } from '../../../contract/codes.js';
import { DONE_BY_OTHERS, FAILURES } from '../../../contract/names.js';
import type { NoticeError } from '../../../contract/notice.js';
import type { OperationKind } from '../../../contract/operation.js';
import type { FailureDetails, Hold, VmError } from '../../../contract/report.js';

/** A person asked for the end of this VM or its run. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  constructor() {
    super('a person asked for the end of this VM or its run');
  }
}

/** The operation was not sent, since its window had closed. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
}

/** The operation was not sent, and must wait: what was seen before it is old by then. */
export class LookAgain extends Error {
  override readonly name = 'LookAgain';
}

/** Nothing is under way any more: the unit waits at its gate, which its run keeps. */
export class AtGate extends Error {
  override readonly name = 'AtGate';
}

/** An open run has the replication, and this unit waits until that has ended. */
export class Claimed extends Error {
  override readonly name = 'Claimed';
  readonly run: string;
  /** its own claim waits for that; false: for the end of the run */
  readonly isQueued: boolean;
  constructor(run: string, isQueued = false) {
    super(`run ${run} works with the replication`);
    this.run = run;
    this.isQueued = isQueued;
  }
}

/** A step failed for good. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly reason: VmError;
  constructor(reason: VmError) {
    super(reason.message);
    this.reason = reason;
  }
}

/** Only a person could have gone on, and there is no run to which one could say so. */
export class Unattended extends StepFailed {
  constructor(hold: Hold) {
    super({ ...hold, operation: null, taskId: null });
  }
}

/** Its task ran and failed; whether it is done again is for the caller to decide. */
export class TaskFailed extends StepFailed {
  readonly meaning: NoticeError['meaning'];
  readonly retry: NoticeError['retry'];
  /** the last `resume` of a person before it was sent */
  readonly askedAt: number;
  constructor(
    reason: VmError,
    { meaning, retry, askedAt }: Pick<NoticeError, 'meaning' | 'retry'> & { askedAt: number },
  ) {
    super(reason);
    this.meaning = meaning;
    this.retry = retry;
    this.askedAt = askedAt;
  }
}

/** For a step whose task failed, and that is not sent once more for what was seen since. */
export class NotAgain extends StepFailed {
  readonly failed: VmError;
  readonly seen: VmError;
  constructor(failed: VmError, seen: VmError) {
    // What the site said of the step comes first; that it was recovered all the same explains it.
    const text =
      seen.code === CODES.alreadyRecovered ? 'Its replication says that it was recovered all the same.' : seen.message;
    const message = `${failed.message} It was not sent again: ${text}`;
    const advice = [...new Set([failed.advice, seen.advice])].filter((next) => next !== null).join(' ');
    // Who has done it says more than that the site was busy, as it was with that.
    super(seen.code === DONE_BY_OTHERS ? { ...seen, message } : { ...failed, message, advice });
    this.failed = failed;
    this.seen = seen;
  }
}

/** Whether an attempt has seen, before it sent anything, that what was looked at is not so any more. */
export const isLookAgain = (error: unknown): boolean => causeOf(error)?.type === FAILURES.lookAgain;

/** Whether a person keeps the site from new work, so that an attempt has not sent it. */
export const isBraked = (error: unknown): boolean => causeOf(error)?.type === FAILURES.braked;

export const isTooLate = (error: unknown): boolean => causeOf(error)?.type === FAILURES.tooLate;

/** Whether a site could not tell whether an operation arrived: a person is asked, and may say that it is to be sent. */
export const isUndecided = (error: unknown): boolean => causeOf(error)?.type === FAILURES.undecided;

/** Whether it could not be told whose something is that the site shows: a stop leaves that as it is. */
export const isToBeLeft = (error: unknown): boolean => detailsOf(causeOf(error))?.leaves === true;

/** The replication that a person is asked about; null: none is shown. */
export const shownIn = (error: unknown): string | null => detailsOf(causeOf(error))?.shown ?? null;

/** Whether nothing of a submission can have reached its site. */
export const isUnsent = (error: unknown): boolean => detailsOf(causeOf(error))?.unsent === true;

/** Whether a start had seen its VM without a replication. */
export const wasAbsent = (error: unknown): boolean => detailsOf(causeOf(error))?.absent === true;

/** Whether a submission was looked for in vain after its last try that may have arrived. */
export const wasCleared = (error: unknown): boolean => detailsOf(causeOf(error))?.cleared === true;

/** By when the last try of a submission that may have arrived was over: epoch ms; undefined: it is not known. */
export const triedUntilIn = (error: unknown): number | undefined => detailsOf(causeOf(error))?.triedUntil;

/** Whether an activity gave up only because its time was over: the site said nothing of the operation itself. */
export const isExpired = (error: unknown): boolean => detailsOf(causeOf(error))?.expired === true;

/** The next step for a person that an activity's failure carries; null: none. */
export const adviceIn = (error: unknown): string | null => detailsOf(causeOf(error))?.advice ?? null;

/** What its site calls a VM that was refused; null: the failure does not tell. */
export const vmNameIn = (error: unknown): string | null => detailsOf(causeOf(error))?.vmName ?? null;

/** The hold that an activity's failure asks for; null when it is another failure. */
export function holdIn(error: unknown): Hold | null {
  const cause = causeOf(error);
  if (cause?.type !== FAILURES.hold && cause?.type !== FAILURES.undecided) return null;
  const { site = '', code = FAILURES.hold, message = cause.message, advice = null } = detailsOf(cause) ?? {};
  return { site, code, message, advice };
}

/** The open run that has the replication, where nothing was sent because of that; null: another failure. */
export function claimIn(error: unknown): string | null {
  const cause = causeOf(error);
  const run: unknown = cause?.type === FAILURES.claimed ? cause.details?.[1] : null;
  return typeof run === 'string' ? run : null;
}

/** Whether the claim of the unit waits for that run by now. */
export const isQueuedIn = (error: unknown): boolean => causeOf(error)?.details?.[2] === 'queued';

/** What is known where an activity is asked for; the failure itself knows better, but for histories of 0.1. */
export interface Asked {
  operation: OperationKind;
  site: string | null;
  taskId?: string | null;
}

/** What an activity's failure says of the VM. @throws the error when it is no failure of an activity */
export function stepFailure(error: unknown, asked: Asked): StepFailed {
  const cause = causeOf(error);
  if (cause === undefined) throw error;
  const details = detailsOf(cause);
  return new StepFailed({
    code: details?.code ?? cause.type ?? 'Unknown',
    message: cause.message,
    operation: details?.operation ?? asked.operation,
    taskId: details?.taskId ?? asked.taskId ?? null,
    site: details?.site ?? asked.site,
    advice: details?.advice ?? null,
  });
}

/** What the end of an operation's task, or of the copy after it, says of the VM. */
export function taskFailure(error: Pick<NoticeError, 'code' | 'message' | 'advice'> | null, asked: Asked): StepFailed {
  return new StepFailed({
    code: error?.code ?? 'Unknown',
    message: error?.message ?? '',
    operation: asked.operation,
    taskId: asked.taskId ?? null,
    site: asked.site,
    advice: error?.advice ?? null,
  });
}

const detailsOf = (cause: ApplicationFailure | undefined): Partial<FailureDetails> | undefined =>
  cause?.details?.[0] as Partial<FailureDetails> | undefined;

function causeOf(error: unknown): ApplicationFailure | undefined {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure ? error.cause : undefined;
}
