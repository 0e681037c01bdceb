/**
 * The failover of one protected VM: locate → gate → failover → verify. The source may be dead and is not touched
 * [doc B45 failover]; a planned one is sent as a `migrate`, which switches it off.
 */

import { CODES } from '../../contract/codes.js';
import type { PlanVmInput } from '../../contract/inputs.js';
import type { VmReport } from '../../contract/report.js';
import { cutOver, recoveryOf, verifyCutOver } from './steps/cutover.js';
import { tellCutOver } from './steps/hooks.js';
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
  const at =
    input.known === undefined
      ? await lookFirst(vm, kindOf(input))
      : await lookAgain(vm, kindOf(input), vm.memory.towards ?? vm.site);
  if (at.site !== input.destination.site)
    vm.note(`It is failed over to ${at.site}: it runs at ${at.peer} by now, from where it is replicated.`);
  vm.note(goesElsewhere(at.replication, at.site, input));
  return { at, ...(await chooseInstance(vm, kindOf(input), at, input.vm.instance ?? input.recovery.instance)) };
}

type Recovery = 'migrate' | 'failover';

/** A planned one switches the source off and sends the rest first, as a migration does. */
const kindOf = ({ recovery }: PlanVmInput): Recovery => (recovery.planned === true ? 'migrate' : 'failover');

const lookFirst = (vm: VmControl, kind: Recovery) =>
  locateFor(vm, kind, (found) => obstacleToRecovery(kind, vm.ref, found));

/**
 * What passes, and what a person can mend, is the gate's: a VM that waited there for weeks does not fail for it.
 *
 * @param wentTo when it was looked at first, since when others may have done something to it
 */
const lookAgain = (vm: VmControl, kind: Recovery, wentTo: string) =>
  locateAgain(vm, kind, (found) => {
    const reversed = obstacleOnceReversed(kind, vm.ref, found, wentTo);
    if (reversed !== null) return reversed;
    const obstacle = obstacleToRecovery(kind, vm.ref, found);
    return obstacle?.code === CODES.alreadyRecovered ? obstacle : null;
  });

export async function failoverVm(input: PlanVmInput): Promise<VmReport> {
  const vm = new VmControl(input);
  return runVm(vm, async () => {
    const { at, instance, body } = await lookAt(vm, input);
    const seenAt = Date.now();
    const recovered = await cutOver(vm, input, kindOf(input), { ...recoveryOf(input), ...body });
    const sourceRan = vm.report.source?.power === 'on';
    vm.enter('verify');
    await vm.toItsEnd(() => verifyCutOver(vm, recovered));
    // What a migrate of an earlier run has left off is up by this.
    broughtUp(vm, recovered.record.finishedAt, recovered.powerOn);
    const { triggeredAt } = input;
    const times = {
      triggeredAt,
      recoveredAt: recovered.powerOn ? Date.now() : null,
      // What a planned one recovers is made by it: nothing is lost, and no age of a copy says so.
      instance: { at: kindOf(input) === 'migrate' ? null : (instance?.timestamp ?? null), seenAt },
      sentAt: recovered.submitted.submittedAt,
      sourceRan,
    };
    const odd = measure(vm.report, times, vm.memory.clockOf(at.site));
    if (odd !== null) vm.note(odd);
    await tellCutOver(vm);
  });
}
