/**
 * The one way to do anything at a site: submit once, then await for as long as it takes. Every step of every workflow goes
 * through here; there is no second poller and no second retry.
 */
import { CancellationScope, isCancellation, workflowInfo } from '@temporalio/workflow';
import { attemptOfOperationId, FAILURES, operationId } from '../../../contract/names.js';
import {
  type EarlierTries,
  type Notice,
  type OperationKind,
  type OperationRequest,
  type SlotKind,
  type Submitted,
  watchOf,
} from '../../../contract/operation.js';
import type { OperationRecord } from '../../../contract/report.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { adoptOperation, askAboutOperation, submitOperation } from '../../activities.js';
import { Patience } from './look-until.js';
import { mayBeDown } from './outage.js';
import { endedAtLatest } from './outage-figures.js';
import { Pace, pauseBeforeNext } from './pace.js';
import {
  type Asked,
  Claimed,
  claimIn,
  holdIn,
  isExpired,
  isLookAgain,
  isToBeLeft,
  isTooLate,
  isUndecided,
  isUnsent,
  NotAgain,
  StepFailed,
  Stopped,
  stepFailure,
  TaskFailed,
  taskFailure,
  triedUntilIn,
  vmNameIn,
  wasAbsent,
  wasCleared,
} from './step-errors.js';
import { iso, type VmControl } from './vm-control.js';

/** Their tasks may last as long as the copy does, which nobody wants any more who stops its VM. */
const COPIES = new Set<OperationKind>(['start', 'sync']);
/** How long a site is asked whether an operation has arrived for which there is no time any more: ms. */
const LAST_LOOK = 15_000;
const NEVER_AGAIN = { meaning: 'fail', retry: { initial: 0, max: 0, for: 0 } } as const;

export interface Step {
  kind: OperationKind;
  replicationId: string | null;
  start?: OperationRequest['start'];
  adopt?: OperationRequest['adopt'];
  named?: OperationRequest['named'];
  reconfigure?: OperationRequest['reconfigure'];
  recovery?: OperationRequest['recovery'];
  recoveredVmId?: string | null;
  unlessRecovered?: boolean;
  until?: 'task' | 'synced';
  /** taken before each try, given back by the site when it is over */
  slot?: SlotKind;
  /** takes the slot instead of merely asking for it, before every try: for what must be looked at once more by then */
  takeSlot?: (slot: SlotKind) => Promise<void>;
  notAfter?: number | null;
  /** ms after which a task that fails again is not repeated here, whatever its row says: the caller goes on by itself */
  atMost?: number;
  /** is told of each try that the site has accepted, before its end is awaited */
  onAccepted?: (submitted: Submitted, operationId: string) => void;
  /** what the caller has just seen of the replication, see contract/look.ts: where that changes before it is sent, LookAgain is thrown */
  looked?: string;
  /** the caller has just looked, and decides when it is sent again: a task that failed, and a wait, are thrown */
  once?: true;
}

/** The operation was not sent, since its window had closed. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
}

/** The operation was not sent, and must wait: what was seen before it is old by then. */
export class LookAgain extends Error {
  override readonly name = 'LookAgain';
}

export interface Outcome {
  notice: Notice;
  submitted: Submitted;
  record: OperationRecord;
}

/**
 * @throws TaskFailed when its task failed and the step is for `once`
 * @throws LookAgain when it could not be sent without a wait and the step is for `once`, or when what was `looked` at changed
 * @throws StepFailed when the site refused it or its task failed for good
 * @throws Stopped when a stop was asked for and the operation is not at the site, or only copies
 * @throws TooLate when `notAfter` passed before it could be sent
 */
export async function operation(vm: VmControl, step: Step): Promise<Outcome> {
  if (step.replicationId === null && step.kind !== 'start')
    throw await slotBack(vm, step, withoutReplication(vm, step));
  const pace = new Pace();
  let before: StepFailed | null = null;
  for (;;) {
    const first = requestFor(vm, step, vm.nextAttempt(step.kind));
    const hasFailed = vm.report.operations.some(({ kind, result }) => kind === step.kind && result === 'failed');
    const request = hasFailed ? { ...first, repeats: true } : first;
    await takeSlot(vm, step, before);
    const submitted = await submit(vm, step, request);
    step.onAccepted?.(submitted, request.operationId);
    mayBeDown(vm, request, submitted);
    vm.noteClock(request.site, submitted.clock);
    const record = vm.record({
      kind: step.kind,
      operationId: request.operationId,
      site: request.site,
      taskId: submitted.taskId,
      adopted: submitted.adopted,
      ...(submitted.adoption === undefined ? {} : { owner: submitted.adoption.owner }),
      submittedAt: iso(submitted.submittedAt),
      finishedAt: null,
      result: null,
    });
    await vm.callBy(submitted.vmName);
    tellBeside(vm, submitted);
    const notice = await awaitEnd(vm, request, submitted, 'task');
    record.finishedAt = iso(endedAtLatest(notice, vm.clockOf(request.site), submitted));
    record.result = notice.ok ? 'succeeded' : 'failed';
    if (notice.warnings !== undefined) record.warnings = notice.warnings;
    if (notice.replicationId !== null) vm.report.replicationId = notice.replicationId;
    if (notice.ok) return { notice, submitted, record };

    const { site } = request;
    const failed = taskFailure(notice.error, { operation: step.kind, site, taskId: notice.taskId });
    const { code, message, advice } = failed.reason;
    if (step.once === true) {
      const { meaning, retry } = notice.error ?? NEVER_AGAIN;
      throw new TaskFailed(failed.reason, { meaning, retry, askedAt: request.resumedAt });
    }
    if (notice.error?.meaning === 'hold') await vm.holdFor({ site, code, message, advice }, request.resumedAt);
    else if (notice.error?.meaning !== 'retry') throw failed;
    else await pauseBeforeNext(vm, pace, notice.error, failed, step);
    before = failed;
  }
}

/** A second copy of a VM is somebody's, and may be the one that a person means. */
function tellBeside(vm: VmControl, { beside = [], replicationId }: Submitted): void {
  if (beside.length > 0)
    vm.note(`Beside replication ${replicationId}, which is used, the VM has ${beside.join(', ')} at ${vm.site}.`);
}

/** @throws StepFailed with what an earlier try ended with, where a look tells that there is to be no other */
async function takeSlot(vm: VmControl, { slot, takeSlot: take }: Step, before: StepFailed | null): Promise<void> {
  if (slot === undefined) return;
  try {
    await (take === undefined ? vm.takeSlot(slot) : take(slot));
  } catch (error) {
    throw before !== null && error instanceof StepFailed ? new NotAgain(before.reason, error.reason) : error;
  }
}

/** For a VM whose replication no answer has named. */
const withoutReplication = ({ report: { name, id }, site }: VmControl, { kind }: Step): StepFailed =>
  new StepFailed({
    code: 'NoReplicationId',
    message: `${kind} of ${nameWithId({ id, name })} at ${site} was not sent: no answer of the site has named its replication.`,
    operation: kind,
    taskId: null,
    site,
    advice: `Look for its replication at ${site} before it is run again; the plan may name it, as replicationId of the VM.`,
  });

/** Waits for the first full copy after a start; the site goes on watching by itself. */
export async function awaitSync(vm: VmControl, step: Step, outcome: Outcome): Promise<Notice> {
  const request = requestFor(vm, step, attemptOf(outcome));
  const submitted = { ...outcome.submitted, replicationId: outcome.notice.replicationId };
  return awaitEnd(vm, request, submitted, 'sync');
}

/** Waits for the full copy after a reverse, at the site where the replication lives now: it is asked first, and then watches. */
export async function awaitResync(
  vm: VmControl,
  step: Step,
  outcome: Pick<Outcome, 'submitted' | 'record'>,
  replicationId: string,
): Promise<Notice> {
  const request = requestFor(vm, step, attemptOf(outcome));
  // Missing or in error is counted from now: the replication has just moved here.
  const submitted = { ...outcome.submitted, replicationId, submittedAt: Date.now() };
  const asked = await askSite(vm, request, submitted, 'sync', () => vm.isStopRequested);
  return asked ?? awaitEnd(vm, request, submitted, 'sync');
}

function requestFor(vm: VmControl, step: Step, attempt: number): OperationRequest {
  const { run, vm: ref } = vm.input;
  const { site, peer } = vm;
  const clock = vm.clockOf(site);
  return {
    operationId: operationId(run, ref.id, step.kind, attempt),
    kind: step.kind,
    site,
    peer,
    run,
    vm: vm.ref,
    workflowId: workflowInfo().workflowId,
    replicationId: step.replicationId,
    ...(step.start === undefined ? {} : { start: step.start }),
    ...(step.adopt === undefined ? {} : { adopt: step.adopt }),
    ...(step.named === undefined ? {} : { named: step.named }),
    ...(step.reconfigure === undefined ? {} : { reconfigure: step.reconfigure }),
    ...(step.recovery === undefined ? {} : { recovery: step.recovery }),
    ...(step.recoveredVmId === undefined ? {} : { recoveredVmId: step.recoveredVmId }),
    ...(vm.marks === null ? {} : { marks: vm.marks }),
    ...(vm.input.stalledAfter === undefined ? {} : { stalledAfter: vm.input.stalledAfter }),
    ...(step.kind === 'delete' ? { ids: vm.ids } : {}),
    ...(step.unlessRecovered === undefined ? {} : { unlessRecovered: step.unlessRecovered }),
    requestedAt: Date.now(),
    notAfter: step.notAfter ?? null,
    resumedAt: vm.resumedAt,
    ...(vm.vmIdNow === null || vm.vmIdNow === ref.id ? {} : { vmIdNow: vm.vmIdNow }),
    ...(clock === null ? {} : { clock }),
    until: step.until ?? 'task',
    slot: step.slot ?? null,
    knownTasks: vm.report.operations.flatMap(({ taskId }) => (taskId === null ? [] : [taskId])),
    decided: false,
  };
}

/** For steps before which a look was taken. */
function lookedBefore(vm: VmControl, { once, takeSlot: take, looked }: Step): Pick<OperationRequest, 'looked'> {
  const seen = once === true || take !== undefined ? vm.looked : (looked ?? null);
  return seen === null ? {} : { looked: seen };
}

const askedOf = ({ kind, site }: OperationRequest): Asked => ({ operation: kind, site });

const attemptOf = ({ record }: Pick<Outcome, 'record'>): number => attemptOfOperationId(record.operationId);

async function submit(vm: VmControl, step: Step, request: OperationRequest): Promise<Submitted> {
  let decided = false;
  let mayBeSent: Pick<OperationRequest, 'mayBeSent'> = {};
  let isOld = false;
  for (;;) {
    let { resumedAt } = vm;
    try {
      if (isOld && mayBeSent.mayBeSent !== undefined) {
        const sent = await adoptOperation({ ...request, resumedAt, ...mayBeSent });
        if (sent !== null) return sent;
      }
      if (isOld && step.takeSlot !== undefined) {
        await vm.giveSlot(step.slot ?? 'cutover');
        await takeSlot(vm, step, null);
        isOld = false;
      }
      if (isOld || (step.once === true && !decided && vm.isPaused)) throw new LookAgain();
      await whenAllowed(vm, step);
      ({ resumedAt } = vm);
      return await submitUnlessStopped(vm, step, {
        ...request,
        resumedAt,
        decided,
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
      const claim = claimIn(error);
      if (claim !== null) throw await slotBack(vm, step, new Claimed(claim));
      const hold = holdIn(error);
      if (hold === null) throw await slotBack(vm, step, stepFailure(error, askedOf(request)));
      try {
        await vm.holdFor(hold, resumedAt);
      } catch (stopped) {
        if (!(stopped instanceof Stopped)) throw await slotBack(vm, step, stopped);
        if (isToBeLeft(error)) throw await slotBack(vm, step, leftAsItIs(vm, request, error));
        // An attempt before the refusal may have been sent.
        return whatBecameOf(vm, step, { ...request, mayBeSent: { absent: false, ...triesIn(error) } });
      }
      // The next activity knows nothing of the attempts of this one.
      if (!isUnsent(error)) mayBeSent = sentBefore(error, mayBeSent);
      decided = isUndecided(error);
      isOld = step.once === true && !decided;
    }
  }
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

/**
 * For a person who stops a VM in the middle of a submission: only the site can tell whether it arrived.
 * @throws Stopped when it did not
 * @throws StepFailed when the site cannot say: nothing is undone on a guess
 */
async function whatBecameOf(vm: VmControl, step: Step, request: OperationRequest): Promise<Submitted> {
  let found: Submitted | null;
  try {
    const look = () => adoptOperation({ ...request, resumedAt: vm.resumedAt });
    found = vm.isTimeOver ? await CancellationScope.withTimeout(LAST_LOOK, look) : await look();
  } catch (error) {
    throw await slotBack(vm, step, isCancellation(error) ? untoldInTime(vm, request) : untold(vm, request, error));
  }
  if (found !== null) return found;
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
function leftAsItIs(vm: VmControl, request: OperationRequest, error: unknown): StepFailed {
  const { reason } = untold(vm, request, error);
  return new StepFailed({
    ...reason,
    message: `${reason.message} It stays as it is.`,
    advice: `Look at it at ${request.site}: if this run made it, remove it there by hand.`,
  });
}

async function whenAllowed(vm: VmControl, step: Step): Promise<void> {
  try {
    await vm.whenAllowed();
  } catch (stopped) {
    throw await slotBack(vm, step, stopped);
  }
}

/** What was never watched gives its slot back itself. */
async function slotBack<E>(vm: VmControl, step: Step, error: E): Promise<E> {
  if (step.slot !== undefined) await vm.giveSlot(step.slot);
  return error;
}

async function submitUnlessStopped(vm: VmControl, step: Step, request: OperationRequest): Promise<Submitted> {
  const scope = new CancellationScope();
  const unlisten = vm.onStop(() => scope.cancel());
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

async function awaitEnd(
  vm: VmControl,
  request: OperationRequest,
  submitted: Submitted,
  phase: Notice['phase'],
): Promise<Notice> {
  const { operationId: id } = request;
  const isStopped = () => vm.isTimeOver || ((phase === 'sync' || COPIES.has(request.kind)) && vm.isStopRequested);
  const isOver = () => vm.notice(id, phase) !== undefined || isStopped();
  const patience = new Patience(vm.input.selfCheck);
  for (;;) {
    await vm.waitQuietly(isOver, Math.min(patience.next(), Math.max(1, vm.timeLeft)));
    const heard = vm.notice(id, phase);
    if (heard !== undefined) return heard;
    if (isStopped()) throw new Stopped();
    const asked = await askSite(vm, request, submitted, phase, isOver);
    if (asked !== null) return asked;
  }
}

async function askSite(
  vm: VmControl,
  request: OperationRequest,
  submitted: Submitted,
  phase: Notice['phase'],
  isOver: () => boolean,
): Promise<Notice | null> {
  const { resumedAt } = vm;
  try {
    const { site } = request;
    return await askAboutOperation({ site, resumedAt, watch: watchOf(request, submitted, phase) });
  } catch (error) {
    const hold = holdIn(error);
    if (hold !== null) await vm.holdFor(hold, resumedAt, isOver);
    else if (!isExpired(error)) throw stepFailure(error, { ...askedOf(request), taskId: submitted.taskId });
    return null;
  }
}
