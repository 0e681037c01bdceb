/** How the workflow of any VM runs: its steps to their end whatever is cancelled meanwhile, then its final report to its run. */
import { ApplicationFailure, CancellationScope, getExternalWorkflowHandle } from '@temporalio/workflow';
import { vmEndedSignal } from '../../../contract/messages.js';
import { NOT_POWERED_ON, runWorkflowId } from '../../../contract/names.js';
import type { VmReport } from '../../../contract/report.js';
import { isKept, whenKept } from '../../evidence/patience.js';
import { begunMove, stoppedAfter } from './begun.js';
import { evidenceOf } from './keep-evidence.js';
import { signalIfOpen } from './signal-if-open.js';
import { StepFailed, Stopped } from './step-errors.js';
import { iso, type VmControl } from './vm-control.js';

/** Type of the failure that ends a VM's workflow; what a site said stands in its details. */
const VM_FAILED = 'VmFailed';

/**
 * @param undo what a stopped VM still does to leave nothing behind, unless it has begun to move
 * @throws ApplicationFailure for a VM that did not succeed: only what was moved closes a workflow as completed
 */
export async function runVm(
  vm: VmControl,
  steps: () => Promise<void>,
  undo: () => Promise<void> = async () => {},
): Promise<VmReport> {
  await CancellationScope.nonCancellable(async () => {
    try {
      await steps();
      vm.report.state = 'succeeded';
      vm.enter('done');
    } catch (error) {
      await endEarly(vm, error, undo);
    }
    vm.report.finishedAt = iso(Date.now());
    const evidence = evidenceOf(vm);
    const kept = evidence !== null && (await isKept(evidence));
    await signalIfOpen(getExternalWorkflowHandle(runWorkflowId(vm.input.run)), vmEndedSignal, vm.report, { kept });
    // The run keeps the rest. Who was moved must be known whatever becomes of the run.
    if (evidence?.units[0]?.moved !== undefined && !kept) await whenKept(evidence);
  });
  const { error } = vm.report;
  if (vm.report.state === 'succeeded' || isMovedAndOff(vm.report)) return vm.report;
  // The report stays with the closed workflow, for later runs of the VM.
  if (error === null) throw ApplicationFailure.nonRetryable('a person cancelled it', 'Cancelled', vm.report);
  throw ApplicationFailure.nonRetryable(error.message, VM_FAILED, error, vm.report);
}

/** It has failed, and was moved: no later run is to begin it anew. The code alone might be a site's. */
const isMovedAndOff = ({ error, operations }: VmReport): boolean =>
  error?.code === NOT_POWERED_ON &&
  operations.some(({ taskId, result }) => taskId !== null && taskId === error.taskId && result === 'succeeded');

async function endEarly(vm: VmControl, error: unknown, undo: () => Promise<void>): Promise<void> {
  const begun = vm.isUndone ? undefined : begunMove(vm.report);
  if (error instanceof Stopped && begun !== undefined) {
    vm.fail(stoppedAfter(begun, vm.report, vm.site));
    // Of a reverse nothing is down: what was asked for has ended.
    vm.report.state = begun.kind === 'reverse' ? 'cancelled' : 'failed';
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
