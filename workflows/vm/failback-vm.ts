/**
 * The way home of one VM that was failed over: locate → reverse → resync → gate → planned migration → verify → reverse →
 * resync. One that was reversed before begins at the gate.
 */

import type { PlanVmInput } from '../../contract/inputs.js';
import type { VmRef } from '../../contract/operation.js';
import type { Located } from '../../contract/questions.js';
import type { VmError, VmReport } from '../../contract/report.js';
import { cutOver, recoveryOf, verifyCutOver } from './steps/cutover.js';
import { tellCutOver } from './steps/hooks.js';
import { locateFor } from './steps/locate.js';
import { broughtUp } from './steps/outage.js';
import { obstacleToRecovery, obstacleToReverse } from './steps/preconditions.js';
import { reverseReplication } from './steps/reverse.js';
import { AtGate } from './steps/step-errors.js';
import { VmControl } from './steps/vm-control.js';
import { runVm } from './steps/vm-lifecycle.js';

/** The first half: it is replicated back, and waits at its gate. */
export async function returnVm(input: PlanVmInput): Promise<VmReport> {
  const vm = new VmControl(input);
  return runVm(vm, async () => {
    await replicateBack(vm, input);
    vm.enter('gate');
    throw new AtGate();
  });
}

/** Begins at the gate where it is replicated back already, as {@link returnVm} leaves it. */
export async function failbackVm(input: PlanVmInput): Promise<VmReport> {
  const vm = new VmControl(input);
  return runVm(vm, async () => {
    if (input.phase === 'through') await replicateBack(vm, input);
    const migrated = await cutOver(vm, input, 'migrate', recoveryOf(input));
    vm.enter('verify');
    const replication = await vm.toItsEnd(() => verifyCutOver(vm, migrated));
    broughtUp(vm, migrated.record.finishedAt, migrated.powerOn);
    await tellCutOver(vm);
    await reverseReplication(vm, { site: vm.site, peer: vm.peer, replication });
  });
}

async function replicateBack(vm: VmControl, input: PlanVmInput): Promise<void> {
  vm.enter('look');
  const at = await locateFor(vm, 'migrate', (found) => obstacleToFailback(input, vm.ref, found));
  if (at.replication.recoveryState === 'COMPLETE') await reverseReplication(vm, at);
}

/** It must run away from home: recovered at the destination, or replicated back from there already. */
function obstacleToFailback({ destination }: PlanVmInput, vm: VmRef, at: Located): VmError | null {
  const isOnItsWay = at.replication.sourceSite === destination.site && at.replication.recoveryState !== 'COMPLETE';
  return isOnItsWay ? obstacleToRecovery('migrate', vm, at) : obstacleToReverse(vm, at);
}
