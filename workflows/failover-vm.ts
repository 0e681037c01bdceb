/**
 * The failover of one protected VM: look → gate → failover → verify. The source may be dead and is not touched
 * [doc B45 failover].
 */
import { chooseInstance, look } from './look.js';
import type { PlanVmInput } from './messages.js';
import { obstacleToRecovery } from './preconditions.js';
import { cutOver, measure, recoveryOf, verifyRecovered } from './recover.js';
import type { VmReport } from './report.js';
import { createVmControl } from './vm-control.js';
import { liveVm } from './vm-lifecycle.js';

export async function failoverVm(input: PlanVmInput): Promise<VmReport> {
  const vm = createVmControl(input);
  return liveVm(vm, async () => {
    vm.enter('look');
    const at = await look(vm, (found) => obstacleToRecovery('failover', input.vm, found));
    const { instance, body } = await chooseInstance(vm, at, input.recovery.instance);
    const recovered = await cutOver(vm, input, 'failover', { ...recoveryOf(input), ...body });
    vm.enter('verify');
    await verifyRecovered(vm, recovered);
    measure(vm.report, input.triggeredAt, Date.now(), instance?.timestamp ?? null);
  });
}
