/** What a person reads of a test that failed, once no copy of it is there any more: what was to be done about one is done. */
import { CODES } from '../../contract/codes.js';
import type { VmError } from '../../contract/report.js';
import { NotAgain, StepFailed } from '../vm/steps/step-errors.js';

/** @param isCleaned the drill has cleaned one up; false: it was gone by itself, or by somebody else */
export function onceCleaned(error: unknown, isCleaned: boolean): unknown {
  // Of a test that somebody made, and that is in the way of a round trip, nothing is cleaned up.
  if (!(error instanceof StepFailed) || error.reason.operation !== 'failover-test') return error;
  const end = isCleaned ? 'was cleaned up' : 'is gone by now';
  if (error instanceof NotAgain && error.seen.code === CODES.testCopyExists)
    return again(error.failed, `It was not sent again: a test copy was there all the same, and ${end}.`);
  if (error.reason.code === CODES.testCopyExists) return again({ ...error.reason, advice: null }, `That copy ${end}.`);
  return error;
}

const again = (reason: VmError, told: string): StepFailed =>
  new StepFailed({ ...reason, message: `${reason.message} ${told}`, advice: reason.advice ?? 'Run the drill again.' });
