/**
 * The failover of one protected VM: locate → gate → failover → verify. The source may be dead and is not touched
 * [doc B45 failover].
 */

import type { PlanVmInput } from '../../contract/inputs.js';
import type { VmReport } from '../../contract/report.js';
import { cutOver, recoveryOf, verifyCutOver } from './steps/cutover.js';
import { chooseInstance, locateFor } from './steps/locate.js';
import { measure } from './steps/objectives.js';
import { broughtUp } from './steps/outage.js';
import { goesElsewhere } from './steps/place.js';
import { obstacleOnceReversed, obstacleToRecovery } from './steps/preconditions.js';
import { locateAgain } from './steps/recovered-by-others.js';
import { AtGate } from './steps/step-errors.js';
import { VmControl } from './steps/vm-control.js';
import { runVm } from './steps/vm-lifecycle.js';

/** Before the gate: one that cannot be failed over is to be known before its window. */
export async function lookVm(input: PlanVmInput): Promise<VmReport> {
  const vm = new VmControl(input);
  return runVm(vm, async () => {
    await lookAt(vm, input);
    vm.enter('gate');
    throw new AtGate();
  });
}

async function lookAt(vm: VmControl, input: PlanVmInput) {
  vm.enter('look');
  const at = input.known === undefined ? await lookFirst(vm) : await lookAgain(vm, vm.memory.towards ?? vm.site);
  if (at.site !== input.destination.site)
    vm.note(`It is failed over to ${at.site}: it runs at ${at.peer} by now, from where it is replicated.`);
  vm.note(goesElsewhere(at.replication, at.site, input));
  return { at, ...(await chooseInstance(vm, 'failover', at, input.recovery.instance)) };
}

const lookFirst = (vm: VmControl) =>
  locateFor(vm, 'failover', (found) => obstacleToRecovery('failover', vm.ref, found));

/** @param wentTo when it was looked at first, since when others may have done something to it */
const lookAgain = (vm: VmControl, wentTo: string) =>
  locateAgain(
    vm,
    'failover',
    (found) => obstacleOnceReversed('failover', vm.ref, found, wentTo) ?? obstacleToRecovery('failover', vm.ref, found),
  );

export async function failoverVm(input: PlanVmInput): Promise<VmReport> {
  const vm = new VmControl(input);
  return runVm(vm, async () => {
    const { at, instance, body } = await lookAt(vm, input);
    const seenAt = Date.now();
    const recovered = await cutOver(vm, input, 'failover', { ...recoveryOf(input), ...body });
    const sourceRan = vm.report.source?.power === 'on';
    vm.enter('verify');
    await vm.toItsEnd(() => verifyCutOver(vm, recovered));
    // What a migrate of an earlier run has left off is up by this.
    broughtUp(vm, recovered.record.finishedAt, recovered.powerOn);
    const { triggeredAt } = input;
    const times = {
      triggeredAt,
      recoveredAt: recovered.powerOn ? Date.now() : null,
      instance: { at: instance?.timestamp ?? null, seenAt },
      sentAt: recovered.submitted.submittedAt,
      sourceRan,
    };
    const odd = measure(vm.report, times, vm.memory.clockOf(at.site));
    if (odd !== null) vm.note(odd);
  });
}
