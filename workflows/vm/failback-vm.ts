/**
 * The way home of one VM that was failed over: look → reverse → resync → gate → planned migration → verify → reverse →
 * resync. One that was reversed before begins at the gate.
 */

import type { PlanVmInput } from '../../contract/messages.js';
import type { Located } from '../../contract/operation.js';
import type { VmError, VmReport } from '../../contract/report.js';
import { cutOver, recoveryOf, secondsBetween, verifyRecovered } from './steps/cutover.js';
import { look } from './steps/locate.js';
import { obstacleToRecovery, obstacleToReverse } from './steps/preconditions.js';
import { turnRound } from './steps/reverse.js';
import { createVmControl } from './steps/vm-control.js';
import { liveVm } from './steps/vm-lifecycle.js';

export async function failbackVm(input: PlanVmInput): Promise<VmReport> {
  const vm = createVmControl(input);
  return liveVm(vm, async () => {
    vm.enter('look');
    const at = await look(vm, 'migrate', (found) => obstacleToFailback(input, found));
    if (at.replication.recoveryState === 'COMPLETE') await turnRound(vm, at);

    const migrated = await cutOver(vm, input, 'migrate', recoveryOf(input));
    vm.enter('verify');
    const replication = await verifyRecovered(vm, migrated);
    vm.report.outageSeconds = secondsBetween(migrated.record.submittedAt, migrated.record.finishedAt);
    await turnRound(vm, { site: vm.site, peer: vm.peer, replication });
  });
}

/** It must run away from home: recovered at the destination, or replicated back from there already. */
function obstacleToFailback({ vm, destination }: PlanVmInput, at: Located): VmError | null {
  const isOnItsWay = at.replication.sourceSite === destination.site && at.replication.recoveryState !== 'COMPLETE';
  return isOnItsWay ? obstacleToRecovery('migrate', vm, at) : obstacleToReverse(vm, at);
}
