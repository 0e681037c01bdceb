/** A test copy of a domain controller that wakes up in production does harm: its networks are named before it is made. */
import type { DrillVmInput } from '../../contract/messages.js';
import type { Located } from '../../contract/questions.js';
import type { VmReport } from '../../contract/report.js';
import { networksNamed } from '../../contract/test-networks.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { readTestNetworks } from '../activities.js';
import { networksOf } from '../vm/steps/cutover.js';
import { ask } from '../vm/steps/locate.js';
import { StepFailed } from '../vm/steps/step-errors.js';
import type { VmControl } from '../vm/steps/vm-control.js';

/** Keeps in the report which they are. @throws StepFailed `NoTestNetworks` @throws Stopped */
export async function requireTestNetworks(vm: VmControl, input: DrillVmInput, at: Located): Promise<void> {
  vm.report.networks = (await networksOfTest(vm, input, at)) ?? refuse(vm, at);
}

async function networksOfTest(
  vm: VmControl,
  { networks, recovery, vm: ref, run }: DrillVmInput,
  { site, peer, replication }: Located,
): Promise<VmReport['networks'] | null> {
  const inFile = networksNamed(networksOf(recovery, ref));
  if (networks === 'production') return { from: 'production', names: inFile ?? [] };
  if (inFile !== null) return { from: 'file', names: inFile };
  const names = await ask(vm, 'failover-test', (resumedAt) =>
    readTestNetworks({ run, site, peer, vm: vm.ref, replicationId: replication.id, resumedAt }),
  );
  return names === null ? null : { from: 'replication', names };
}

function refuse({ report }: VmControl, { site, replication }: Located): never {
  throw new StepFailed({
    code: 'NoTestNetworks',
    message:
      `failover-test of ${nameWithId(report)} at ${site} was not sent: neither the drill nor the replication names ` +
      `test networks for all its NICs, so the copy could wake up in production [replication ${replication.id}].`,
    operation: 'failover-test',
    taskId: null,
    site,
    advice:
      'Name them in the drill (recovery.vAppNetworkSettings, or vmNetworkSettings of the VM) or in the test settings of the ' +
      'replication in VCDA; or write networks: production where that is meant.',
  });
}
