/** A test copy of a domain controller that wakes up in production does harm: its networks are named before it is made. */
import type { DrillVmInput } from '../../contract/messages.js';
import type { RecoveryBody } from '../../contract/operation.js';
import type { Located } from '../../contract/questions.js';
import type { VmReport } from '../../contract/report.js';
import { networksNamed } from '../../contract/test-networks.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { mapTestNetworks, readTestNetworks } from '../activities.js';
import { networksOf } from '../vm/steps/cutover.js';
import { ask } from '../vm/steps/locate.js';
import { StepFailed } from '../vm/steps/step-errors.js';
import type { VmControl } from '../vm/steps/vm-control.js';

type Networks = Pick<RecoveryBody, 'vAppNetworkSettings' | 'vmNetworkSettings'>;

/**
 * Keeps in the report which they are.
 * @returns the settings with which the copy is made; empty: those of the replication
 * @throws StepFailed `NoTestNetworks`, `TestNetworkUnknown` @throws Stopped
 */
export async function requireTestNetworks(vm: VmControl, input: DrillVmInput, at: Located): Promise<Networks> {
  const { networks, recovery, vm: ref } = input;
  const own = networksOf(recovery, ref);
  const settings = isMapped(networks) ? await mapped(vm, input, networks.test.map, at) : own;
  vm.report.networks = (await networksOfTest(vm, input, settings, at)) ?? refuse(vm, at, NOT_NAMED);
  return settings;
}

const isMapped = (networks: DrillVmInput['networks']): networks is Exclude<typeof networks, 'production' | undefined> =>
  networks !== undefined && networks !== 'production';

async function networksOfTest(
  vm: VmControl,
  { networks, run }: DrillVmInput,
  settings: Networks,
  { site, peer, replication }: Located,
): Promise<VmReport['networks'] | null> {
  const inFile = networksNamed(settings);
  if (networks === 'production') return { from: 'production', names: inFile ?? [] };
  if (inFile !== null) return { from: 'file', names: inFile };
  const names = await ask(vm, 'failover-test', (resumedAt) =>
    readTestNetworks({ run, site, peer, vm: vm.ref, replicationId: replication.id, resumedAt }),
  );
  return names === null ? null : { from: 'replication', names };
}

/** What the file says of the VM itself goes before its map. */
async function mapped(
  vm: VmControl,
  { vm: ref, run }: DrillVmInput,
  map: Record<string, string>,
  at: Located,
): Promise<Networks> {
  const { vmNetworkSettings: own } = ref;
  if (own !== undefined && networksNamed({ vmNetworkSettings: own }) !== null) return { vmNetworkSettings: own };
  const { site, peer, replication } = at;
  const settings = await ask(vm, 'failover-test', (resumedAt) =>
    mapTestNetworks({ run, site, peer, vm: vm.ref, replicationId: replication.id, resumedAt, map }),
  );
  const { unmapped, missing, available, vAppNetworkSettings, vmNetworkSettings } = settings;
  if (unmapped.length > 0) refuse(vm, at, leadsNowhere(unmapped));
  if (missing.length > 0) refuse(vm, at, isUnknown(site, missing, available));
  const nics = vmNetworkSettings?.nics?.map((nic) => ({
    ...own?.nics?.find((one) => one.nicIndex === nic.nicIndex),
    ...nic,
  }));
  return {
    vAppNetworkSettings,
    ...(own === undefined && nics === undefined
      ? {}
      : { vmNetworkSettings: { ...own, ...(nics === undefined ? {} : { nics }) } }),
  };
}

interface Refusal {
  code: string;
  why: string;
  advice: string;
}

const NOT_NAMED: Refusal = {
  code: 'NoTestNetworks',
  why: 'neither the drill nor the replication names test networks for all its NICs, so the copy could wake up in production',
  advice:
    'Name them in the drill (networks.test.map, recovery.vAppNetworkSettings, or vmNetworkSettings of the VM) or in the test ' +
    'settings of the replication in VCDA; or write networks: production where that is meant.',
};

const leadsNowhere = (unmapped: string[]): Refusal => ({
  code: 'NoTestNetworks',
  why:
    `it has NICs in ${unmapped.join(', ')}, which networks.test.map does not name, nor has the replication test settings ` +
    'for them, so the copy could wake up in production',
  advice: `Add ${unmapped.join(', ')} to networks.test.map of the drill, or set them in the test settings of the replication in VCDA.`,
});

const isUnknown = (site: string, missing: string[], available: string[]): Refusal => ({
  code: 'TestNetworkUnknown',
  why: `the VDC of its copy at ${site} has no network ${missing.join(', ')}, or more than one of that name`,
  advice: `Correct networks.test.map of the drill. The VDC has: ${available.slice(0, 20).join(', ') || 'none that it tells'}.`,
});

function refuse({ report }: VmControl, { site, replication }: Located, { code, why, advice }: Refusal): never {
  throw new StepFailed({
    code,
    message: `failover-test of ${nameWithId(report)} at ${site} was not sent: ${why} [replication ${replication.id}].`,
    operation: 'failover-test',
    taskId: null,
    site,
    advice,
  });
}
