/** What a unit that waits at its gate still does when it is not wanted any more: as if it were stopped on its way. */
import type { PlanVmInput } from '../../contract/inputs.js';
import type { VmReport } from '../../contract/report.js';
import { Stopped } from './steps/step-errors.js';
import { undoStart } from './steps/undo-start.js';
import { VmControl } from './steps/vm-control.js';
import { runVm } from './steps/vm-lifecycle.js';

export async function undoVm(input: PlanVmInput): Promise<VmReport> {
  const vm = new VmControl(input);
  return runVm(
    vm,
    async () => {
      throw new Stopped();
    },
    () => undoStart(vm),
  );
}
