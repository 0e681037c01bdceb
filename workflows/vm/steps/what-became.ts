/** What became of a submission that a stop has broken off: only the site can tell whether it arrived. */
import { FAILURES } from '../../../contract/names.js';
import type { OperationRequest, Submitted } from '../../../contract/operation.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { adoptOperation } from '../../activities.js';
import { mayBeDown } from './outage.js';
import { askedOf, type Step, slotBack } from './step.js';
import { StepFailed, Stopped, stepFailure } from './step-errors.js';
import { inTimeLeft } from './until-stopped.js';
import type { VmControl } from './vm-control.js';

/** How long a site is asked whether an operation has arrived for which there is no time any more: ms. */
const LAST_LOOK = 15_000;

/**
 * For a person who stops a VM in the middle of a submission: only the site can tell whether it arrived.
 * @throws Stopped when it did not
 * @throws StepFailed when the site cannot say: nothing is undone on a guess
 */
export async function whatBecameOf(vm: VmControl, step: Step, request: OperationRequest): Promise<Submitted> {
  const { stop, resumedAt } = vm;
  // Once its time is over, others are to be looked at as well.
  const most = stop.isTimeOver ? Math.min(LAST_LOOK, stop.lookLeft / 2) : stop.lookLeft;
  let asked: { found: Submitted | null } | null;
  try {
    const look = async () => ({ found: await adoptOperation({ ...request, resumedAt }) });
    asked = await inTimeLeft(vm, look, most);
  } catch (error) {
    throw await slotBack(vm, step, untold(vm, request, error));
  }
  if (asked === null) throw await slotBack(vm, step, untoldInTime(vm, request));
  if (asked.found !== null) return asked.found;
  throw await slotBack(vm, step, new Stopped());
}

function untold(vm: VmControl, request: OperationRequest, error: unknown): StepFailed {
  const { reason } = stepFailure(error, askedOf(request));
  mayBeDown(vm, request, null);
  const message = `${nameWithId(request.vm)} was told to stop while it could not be told whether its ${request.kind} reached ${request.site}. ${reason.message}`;
  return new StepFailed({ ...reason, code: FAILURES.undecided, message });
}

/** For one whose time was over, and whose site did not answer any more. */
function untoldInTime(vm: VmControl, { kind, site, operationId: id }: OperationRequest): StepFailed {
  return new StepFailed({
    code: FAILURES.undecided,
    message: `whether the ${kind} of ${nameWithId(vm.ref)} reached ${site} could not be told when its time was over [operation ${id}].`,
    operation: kind,
    taskId: null,
    site,
    advice: `Look at it at ${site} first.`,
  });
}

/** What a person was told stays as it is stays so, whatever the site shows by now. */
export function leftAsItIs(vm: VmControl, request: OperationRequest, error: unknown): StepFailed {
  const { reason } = untold(vm, request, error);
  return new StepFailed({
    ...reason,
    message: `${reason.message} It stays as it is.`,
    advice: `Look at it at ${request.site}: if this run made it, remove it there by hand.`,
  });
}
