/** How the steps of a VM end early. They never leave a workflow: what Temporal does not know, it would retry for ever. */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { FAILURES } from '../../../contract/names.js';
import type { Hold, VmError } from '../../../contract/report.js';

/** A person asked for the end of this VM or its run. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  constructor() {
    super('a person asked for the end of this VM or its run');
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

export const isTooLate = (error: unknown): boolean => causeOf(error)?.type === FAILURES.tooLate;

/** Whether an activity gave up only because its time was over: the site said nothing of the operation itself. */
export function isExpired(error: unknown): boolean {
  const details = causeOf(error)?.details?.[0] as { expired?: boolean } | undefined;
  return details?.expired === true;
}

/** The hold that an activity's failure asks for; null when it is another failure. */
export function holdIn(error: unknown): Hold | null {
  const cause = causeOf(error);
  if (cause?.type !== FAILURES.hold) return null;
  const details = cause.details?.[0] as Hold | undefined;
  return details ?? { site: '', code: FAILURES.hold, message: cause.message };
}

/** What an activity's failure says of the VM; the message was made where the call failed. */
export function stepFailure(error: unknown, operation: string): StepFailed {
  const cause = causeOf(error);
  if (cause === undefined) throw error;
  return new StepFailed({ code: cause.type ?? 'Unknown', message: cause.message, operation, taskId: null });
}

function causeOf(error: unknown): ApplicationFailure | undefined {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure ? error.cause : undefined;
}
