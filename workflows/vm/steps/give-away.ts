/** Whose a replication is: a tenant sees nothing of what a provider has started until it is given to them [doc B45 chown]. */
import type { PlanVmInput } from '../../../contract/inputs.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { operation } from './operation.js';
import type { VmControl } from './vm-control.js';

/** Gives the replication that a start has made, or taken over, to the owner of the plan. @throws StepFailed @throws Stopped */
export async function giveAway(vm: VmControl, { owner }: Pick<PlanVmInput, 'owner'>): Promise<void> {
  const { replicationId } = vm.report;
  if (owner === undefined || replicationId === null) return;
  if (vm.memory.begun?.submitted.adoption?.owner === 'person') {
    const whose = `replication ${replicationId} of ${nameWithId(vm.report)} at ${vm.site}`;
    vm.note(`${whose} stays its owner's, since a person made it: it was not given to ${owner}.`);
    return;
  }
  await operation(vm, { kind: 'chown', replicationId, newOwner: owner });
}
