/** The first half of a migration: start → initial sync. The copy then waits at the gate, and its workflow is over. */
import type { PlanVmInput } from '../../contract/inputs.js';
import type { VmReport } from '../../contract/report.js';
import { startInitialSync } from './steps/initial-sync.js';
import { keepName, refuseIfMoved } from './steps/moved-before.js';
import { AtGate } from './steps/step-errors.js';
import { undoStart } from './steps/undo-start.js';
import { VmControl } from './steps/vm-control.js';
import { runVm } from './steps/vm-lifecycle.js';

export async function copyVm(input: PlanVmInput): Promise<VmReport> {
  const vm = new VmControl(input);
  return runVm(
    vm,
    async () => {
      await copy(vm, input);
      vm.enter('gate');
      throw new AtGate();
    },
    () => undoStart(vm),
  );
}

/** @throws StepFailed @throws Stopped @throws Claimed */
export async function copy(vm: VmControl, input: PlanVmInput): Promise<void> {
  await refuseIfMoved(vm, input);
  await startInitialSync(vm, input, true);
  keepName(vm);
}
