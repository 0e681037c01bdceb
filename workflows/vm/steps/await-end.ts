/** The end of an operation: told by the watcher of its site, or, after a long silence, asked for. */
import { CancellationScope, condition } from '@temporalio/workflow';
import type { Notice } from '../../../contract/notice.js';
import type { OperationKind, OperationRequest, Submitted } from '../../../contract/operation.js';
import { watchOf } from '../../../contract/watch.js';
import { askAboutOperation } from '../../activities.js';
import { Patience } from './look-until.js';
import { askedOf } from './step.js';
import { holdIn, isExpired, Stopped, stepFailure } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** Their tasks may last as long as the copy does, which nobody wants any more who stops its VM. */
const COPIES = new Set<OperationKind>(['start', 'sync']);

export async function awaitEnd(
  vm: VmControl,
  request: OperationRequest,
  submitted: Submitted,
  phase: Notice['phase'],
): Promise<Notice> {
  const { operationId: id } = request;
  const isStopped = () => vm.stop.isTimeOver || ((phase === 'sync' || COPIES.has(request.kind)) && vm.stop.isRequested);
  const isOver = () => vm.notice(id, phase) !== undefined || isStopped();
  const patience = new Patience(vm.input.selfCheck);
  for (;;) {
    await vm.waitQuietly(isOver, Math.min(patience.next(), Math.max(1, vm.stop.timeLeft)));
    const heard = vm.notice(id, phase);
    if (heard !== undefined) return heard;
    if (isStopped()) throw new Stopped();
    const asked = await askSite(vm, request, submitted, phase, isOver);
    if (asked !== null) return asked;
  }
}

/**
 * A site that gives no answer is asked for up to a day: what ends the wait for an operation ends the question about it too.
 * @returns null: it is not over, or the wait for it is
 */
export async function askSite(
  vm: VmControl,
  request: OperationRequest,
  submitted: Submitted,
  phase: Notice['phase'],
  isOver: () => boolean,
): Promise<Notice | null> {
  const asking = new CancellationScope();
  const asked = asking.run(() => askNow(vm, request, submitted, phase, isOver));
  const { timeLeft } = vm.stop;
  const over = asking.run(() =>
    timeLeft === Number.POSITIVE_INFINITY ? condition(isOver) : condition(isOver, Math.max(1, timeLeft)).then(() => {}),
  );
  asked.catch(() => {});
  over.catch(() => {});
  try {
    return await Promise.race([asked, over.then(() => null)]);
  } finally {
    asking.cancel();
  }
}

async function askNow(
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
