/** The reversal of one recovered VM: locate → reverse → resync. Afterwards it is protected the other way. */

import type { PlanVmInput } from '../../contract/inputs.js';
import type { VmReport } from '../../contract/report.js';
import { locateFor } from './steps/locate.js';
import { obstacleToReverse } from './steps/preconditions.js';
import { reverseReplication } from './steps/reverse.js';
import { VmControl } from './steps/vm-control.js';
import { runVm } from './steps/vm-lifecycle.js';

export async function reverseVm(input: PlanVmInput): Promise<VmReport> {
  const vm = new VmControl(input);
  return runVm(vm, async () => {
    vm.enter('look');
    const at = await locateFor(vm, 'reverse', (found) => obstacleToReverse(vm.ref, found));
    await reverseReplication(vm, at);
  });
}
