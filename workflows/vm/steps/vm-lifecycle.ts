/** How any workflow of a unit runs: its steps to their end whatever is cancelled meanwhile, then its last word to its run. */
import { ApplicationFailure, CancellationScope, getExternalWorkflowHandle, upsertMemo } from '@temporalio/workflow';
import { AT_GATE_MEMO } from '../../../contract/inputs.js';
import { unitSaidSignal } from '../../../contract/messages.js';
import { iso } from '../../../contract/moment.js';
import type { VmReport } from '../../../contract/report.js';
import type { UnitWord } from '../../../contract/unit.js';
import { isWordLeft, whenKept } from '../../evidence/patience.js';
import { begunMove, isMovedAndOff, stoppedAfter } from './begun.js';
import { mayBegin, tellEnded } from './hooks.js';
import { evidenceOf } from './keep-evidence.js';
import { skippedByPerson } from './left-out.js';
import { signalIfOpen } from './signal-if-open.js';
import { tellEarlierCutover } from './source.js';
import { AtGate, Claimed, StepFailed, Stopped } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** Type of the failure that ends a VM's workflow; what a site said stands in its details. */
const VM_FAILED = 'VmFailed';

/**
 * @param undo what a stopped VM still does to leave nothing behind, unless it has begun to move
 * @throws ApplicationFailure for a VM that did not succeed: only what was moved, or waits at its gate, closes as completed
 */
export async function runVm(
  vm: VmControl,
  steps: () => Promise<void>,
  undo: () => Promise<void> = async () => {},
): Promise<VmReport> {
  const { run, parent, vm: ref, revision, phase } = vm.input;
  vm.whenHeld = () => tellEarlierCutover(vm, null);
  const before = vm.report.operations.length;
  let claimedBy: UnitWord['claimedBy'] = null;
  let queued: Pick<UnitWord, 'isQueued'> = {};
  let isWaiting = false;
  await CancellationScope.nonCancellable(async () => {
    try {
      if (phase !== 'undo') await mayBegin(vm);
      await steps();
      vm.report.state = 'succeeded';
      vm.enter('done');
    } catch (error) {
      // What is undone may take long.
      await vm.slots.giveAsked();
      isWaiting = (error instanceof AtGate || error instanceof Claimed) && !vm.stop.isRequested;
      if (isWaiting) vm.report.state = 'waiting';
      else await endEarly(vm, error instanceof AtGate || error instanceof Claimed ? new Stopped() : error, undo);
      if (error instanceof Claimed && isWaiting) {
        claimedBy = error.run;
        if (error.isQueued) queued = { isQueued: true };
      }
    }
    if (!isWaiting) {
      vm.report.finishedAt = iso(Date.now());
      await tellEnded(vm, before);
    }
    await vm.slots.close();
    // From here on no signal changes what is done: activities.ts says why the order of answers is then of no account.
    const evidence = isWaiting ? null : evidenceOf(vm);
    const { report } = vm;
    const memory = isWaiting ? vm.memory.carried : null;
    const left = isWaiting || report.state === 'succeeded' ? {} : { left: vm.memory.carried };
    const word = { run, unit: ref.id, revision, report, memory, ...left, claimedBy, ...queued };
    const { kept, told } = await isWordLeft({ evidence, parent, word });
    if (!told) await signalIfOpen(getExternalWorkflowHandle(parent), unitSaidSignal, { ...word, kept });
    // Its type alone would say that it has done all that it was begun for.
    if (isWaiting && phase !== 'copy') upsertMemo({ [AT_GATE_MEMO]: true });
    // The run keeps the rest. Who was moved must be known whatever becomes of the run.
    if (evidence?.units[0]?.moved !== undefined && !kept) await whenKept(evidence);
  });
  const { error } = vm.report;
  if (isWaiting || vm.report.state === 'succeeded' || isMovedAndOff(vm.report)) return vm.report;
  // The report stays with the closed workflow, for later runs of the VM.
  if (error === null) throw ApplicationFailure.nonRetryable('a person cancelled it', 'Cancelled', vm.report);
  throw ApplicationFailure.nonRetryable(error.message, VM_FAILED, error, vm.report);
}

async function endEarly(vm: VmControl, error: unknown, undo: () => Promise<void>): Promise<void> {
  const begun = vm.stop.isUndone ? undefined : begunMove(vm.report);
  if (error instanceof Stopped && begun !== undefined) {
    vm.fail(stoppedAfter(begun, vm.report, vm.site));
    // Of a reverse nothing is down: what was asked for has ended.
    vm.report.state = begun.kind === 'reverse' ? 'cancelled' : 'failed';
  } else if (error instanceof Stopped && vm.isLeft) {
    vm.fail(skippedByPerson(vm.report, vm.input.run));
    vm.report.state = 'skipped';
  } else if (error instanceof Stopped) {
    await undo();
    vm.report.state = 'cancelled';
  } else if (error instanceof StepFailed) {
    vm.fail(error.reason);
    vm.report.state = 'failed';
  } else {
    throw error;
  }
  vm.report.waitingFor = null;
}
