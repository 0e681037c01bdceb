/** The reversal of one recovered VM: look → reverse → resync. Afterwards it is protected the other way. */

import type { PlanVmInput } from '../../contract/messages.js';
import type { VmReport } from '../../contract/report.js';
import { look } from './steps/locate.js';
import { obstacleToReverse } from './steps/preconditions.js';
import { turnRound } from './steps/reverse.js';
import { createVmControl } from './steps/vm-control.js';
import { liveVm } from './steps/vm-lifecycle.js';

export async function reverseVm(input: PlanVmInput): Promise<VmReport> {
  const vm = createVmControl(input);
  return liveVm(vm, async () => {
    vm.enter('look');
    const at = await look(vm, 'reverse', (found) => obstacleToReverse(input.vm, found));
    await turnRound(vm, at);
  });
}
