/** Handing an operation to its site, once: whatever stands in the way is waited for here, and a stop is heard meanwhile. */
import { CancellationScope } from '@temporalio/workflow';
import { FAILURES } from '../../../contract/names.js';
import type { EarlierTries, OperationRequest, Submitted } from '../../../contract/operation.js';
import type { Hold } from '../../../contract/report.js';
import { adoptOperation, submitOperation } from '../../activities.js';
import { sourceNow } from './kept.js';
import { mayBeDown } from './outage.js';
import { askedOf, lookedBefore, type Step, slotBack, takeSlot } from './step.js';
import {
  Claimed,
  claimIn,
  holdIn,
  isBraked,
  isLookAgain,
  isToBeLeft,
  isTooLate,
  isUndecided,
  isUnsent,
  LookAgain,
  StepFailed,
  Stopped,
  shownIn,
  stepFailure,
  TooLate,
  triedUntilIn,
  vmNameIn,
  wasAbsent,
  wasCleared,
} from './step-errors.js';
import { untilStopped } from './until-stopped.js';
import type { VmControl } from './vm-control.js';
import { leftAsItIs, whatBecameOf } from './what-became.js';

export async function submit(vm: VmControl, step: Step, request: OperationRequest): Promise<Submitted> {
  let decided: Pick<OperationRequest, 'decided' | 'taken'> = { decided: false };
  let mayBeSent: Pick<OperationRequest, 'mayBeSent'> = {};
  let isOld = false;
  for (;;) {
    let { resumedAt } = vm;
    try {
      if (isOld && mayBeSent.mayBeSent !== undefined) {
        const sent = await whatWasSent(vm, step, { ...request, resumedAt, ...decided, ...mayBeSent });
        if (sent !== null) return sent;
      }
      if (isOld && step.takeSlot !== undefined) {
        await vm.giveSlot(step.slot ?? 'cutover');
        await takeSlot(vm, step, null);
        isOld = false;
      }
      if (isOld || (step.once === true && !decided.decided && vm.isPaused)) throw new LookAgain();
      await whenAllowed(vm, step);
      ({ resumedAt } = vm);
      return await submitUnlessStopped(vm, step, {
        ...request,
        resumedAt,
        ...decided,
        ...mayBeSent,
        ...lookedBefore(vm, step),
      });
    } catch (error) {
      await vm.callBy(vmNameIn(error));
      if (isTooLate(error)) throw await slotBack(vm, step, new TooLate());
      if (error instanceof Stopped || error instanceof StepFailed || error instanceof LookAgain) throw error;
      if (isLookAgain(error)) {
        if (!isUnsent(error)) mayBeSent = sentBefore(error, mayBeSent);
        isOld = true;
        continue;
      }
      if (isBraked(error)) {
        if (!isUnsent(error)) mayBeSent = sentBefore(error, mayBeSent);
        isOld = step.once === true || step.takeSlot !== undefined;
        if (!isOld) await whenUnbraked(vm, step);
        continue;
      }
      const claim = claimIn(error);
      if (claim !== null) throw await slotBack(vm, step, new Claimed(claim));
      const hold = holdIn(error);
      if (hold === null) throw await slotBack(vm, step, stepFailure(error, askedOf(request)));
      try {
        await vm.holdFor(isUnsent(error) ? hold : await withSource(vm, request, hold), resumedAt);
      } catch (stopped) {
        if (!(stopped instanceof Stopped)) throw await slotBack(vm, step, stopped);
        if (isToBeLeft(error)) throw await slotBack(vm, step, leftAsItIs(vm, request, error));
        // An attempt before the refusal may have been sent.
        return whatBecameOf(vm, step, { ...request, mayBeSent: { absent: false, ...triesIn(error) } });
      }
      // The next activity knows nothing of the attempts of this one.
      if (!isUnsent(error)) mayBeSent = sentBefore(error, mayBeSent);
      decided = isUndecided(error) ? decisionOn(shownIn(error)) : { decided: false };
      isOld = step.once === true && !decided.decided;
    }
  }
}

/** A migrate that may have arrived may have taken its VM down: whoever is to decide, or looks meanwhile, is told. */
async function withSource(vm: VmControl, request: OperationRequest, hold: Hold): Promise<Hold> {
  if (request.kind !== 'migrate') return hold;
  mayBeDown(vm, request, null);
  const source = await sourceNow(vm);
  // What is refused to many is said once for all of them.
  return hold.code === FAILURES.undecided ? { ...hold, message: `${hold.message} ${source}.` } : hold;
}

const decisionOn = (shown: string | null): Pick<OperationRequest, 'decided' | 'taken'> => ({
  decided: true,
  ...(shown === null ? {} : { taken: shown }),
});

/** Who wants a place waits as long as the brake is on, behind those who came before. @throws Stopped */
async function whenUnbraked(vm: VmControl, step: Step): Promise<void> {
  const { slot = 'sync' } = step;
  await vm.giveSlot(slot);
  await vm.takeSlot(slot, undefined, undefined, step.purpose);
  if (step.slot === undefined) await vm.giveSlot(slot);
}

type SentBefore = Pick<OperationRequest, 'mayBeSent'>;

/** What the next try must know of those before, of which one may have arrived. */
function sentBefore(error: unknown, { mayBeSent: before }: SentBefore): SentBefore {
  const absent = before?.absent === true || wasAbsent(error);
  return { mayBeSent: { absent, ...triesIn(error) } };
}

function triesIn(error: unknown): Pick<EarlierTries, 'cleared' | 'triedUntil'> {
  const triedUntil = triedUntilIn(error);
  return { ...(wasCleared(error) ? { cleared: true } : {}), ...(triedUntil === undefined ? {} : { triedUntil }) };
}

/** null: the site has nothing of it. @throws Stopped when it has not, and a stop was asked for meanwhile */
async function whatWasSent(vm: VmControl, step: Step, request: OperationRequest): Promise<Submitted | null> {
  try {
    return await untilStopped(vm, () => adoptOperation(request));
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return await whatBecameOf(vm, step, request);
  }
}

async function whenAllowed(vm: VmControl, step: Step): Promise<void> {
  try {
    await vm.whenAllowed();
  } catch (stopped) {
    throw await slotBack(vm, step, stopped);
  }
}

async function submitUnlessStopped(vm: VmControl, step: Step, request: OperationRequest): Promise<Submitted> {
  const scope = new CancellationScope();
  const unlisten = vm.stop.on(() => scope.cancel());
  try {
    return await scope.run(() => submitOperation(request));
  } catch (error) {
    // Whatever it ended with: an attempt that was broken off may have been sent, and fail for another reason.
    if (!scope.consideredCancelled) throw error;
    // The attempt is over, and what comes to the site later is not of it.
    const mayBeSent = { absent: false, ...request.mayBeSent, triedUntil: Date.now() };
    return await whatBecameOf(vm, step, { ...request, mayBeSent });
  } finally {
    unlisten();
  }
}
