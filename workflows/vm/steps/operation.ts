/**
 * The one way to do anything at a site: submit once, then await for as long as it takes. Every step of every workflow goes
 * through here; there is no second poller and no second retry.
 */

import { iso } from '../../../contract/moment.js';
import { attemptOfOperationId } from '../../../contract/names.js';
import type { Notice } from '../../../contract/notice.js';
import type { Submitted } from '../../../contract/operation.js';
import type { OperationRecord } from '../../../contract/report.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { askSite, awaitEnd } from './await-end.js';
import { besideWords } from './beside.js';
import { mayBeDown } from './outage.js';
import { endedAtLatest } from './outage-figures.js';
import { Pace, pauseBeforeNext } from './pace.js';
import { requestFor, type Step, slotBack, takeSlot } from './step.js';
import { StepFailed, TaskFailed, taskFailure } from './step-errors.js';
import { submit } from './submit.js';
import type { VmControl } from './vm-control.js';

const NEVER_AGAIN = { meaning: 'fail', retry: { initial: 0, max: 0, for: 0 } } as const;

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
    const first = requestFor(vm, step, vm.memory.nextAttempt(step.kind));
    const hasFailed = vm.report.operations.some(({ kind, result }) => kind === step.kind && result === 'failed');
    const request = hasFailed ? { ...first, repeats: true } : first;
    await takeSlot(vm, step, before);
    // Before it can be granted.
    if (step.next !== undefined) vm.slots.asked(step.next);
    const submitted = await submit(vm, step, request);
    step.onAccepted?.(submitted, request.operationId);
    mayBeDown(vm, request, submitted);
    vm.memory.noteClock(request.site, submitted.clock);
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
    vm.note(besideWords(submitted.replicationId, submitted.beside ?? [], vm.site));
    const notice = await awaitEnd(vm, request, submitted, 'task');
    record.finishedAt = iso(endedAtLatest(notice, vm.memory.clockOf(request.site), submitted));
    record.result = notice.ok ? 'succeeded' : 'failed';
    if (notice.warnings !== undefined) record.warnings = notice.warnings;
    if (notice.replicationId !== null) vm.report.replicationId = notice.replicationId;
    vm.saw(notice.replication);
    if (notice.ok) return { notice, submitted, record };

    // Its watch asks for nothing.
    if (step.next !== undefined) vm.slots.notAsked(step.next);
    const { site } = request;
    const failed = taskFailure(notice.error, { operation: step.kind, site, taskId: notice.taskId });
    const { code, message, advice } = failed.reason;
    if (step.once === true) {
      const { meaning, retry } = notice.error ?? NEVER_AGAIN;
      throw new TaskFailed(failed.reason, { meaning, retry, askedAt: request.resumedAt });
    }
    if (notice.error?.meaning === 'hold') await vm.holdFor({ site, code, message, advice }, request.resumedAt);
    else if (notice.error?.meaning !== 'retry') throw failed;
    else {
      await vm.slots.giveAsked();
      await pauseBeforeNext(vm, pace, notice.error, failed, step);
    }
    before = failed;
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
  const { next } = step;
  if (next === undefined) return awaitEnd(vm, request, submitted, 'sync');
  const synced = await awaitEnd(vm, request, submitted, 'sync');
  // Of what was asked for, and not told by the site's watcher, that has not heard.
  if (!synced.ok || vm.notice(request.operationId, 'sync') === undefined) vm.slots.notAsked(next);
  return synced;
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
  const asked = await askSite(vm, request, submitted, 'sync', () => vm.stop.isRequested);
  return asked ?? awaitEnd(vm, request, submitted, 'sync');
}

const attemptOf = ({ record }: Pick<Outcome, 'record'>): number => attemptOfOperationId(record.operationId);
