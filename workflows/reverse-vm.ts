/** The reversal of one recovered VM: look → reverse → resync. Afterwards it is protected the other way. */
import { look } from './look.js';
import type { PlanVmInput } from './messages.js';
import { obstacleToReverse } from './preconditions.js';
import type { VmReport } from './report.js';
import { turnRound } from './turn-round.js';
import { createVmControl } from './vm-control.js';
import { liveVm } from './vm-lifecycle.js';

export async function reverseVm(input: PlanVmInput): Promise<VmReport> {
  const vm = createVmControl(input);
  return liveVm(vm, async () => {
    vm.enter('look');
    const at = await look(vm, (found) => obstacleToReverse(input.vm, found));
    await turnRound(vm, at);
  });
}
