/** A test copy of a domain controller that wakes up in production does harm: its networks are named before it is made. */
import type { TestNetworks } from '../../contract/covered-nics.js';
import type { DrillVmInput } from '../../contract/inputs.js';
import type { Located, NetworksOfBody } from '../../contract/questions.js';
import { networksNamed } from '../../contract/test-networks.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { mapTestNetworks, readTestNetworks } from '../activities.js';
import { networksOf } from '../vm/steps/cutover.js';
import { ask } from '../vm/steps/locate.js';
import { StepFailed } from '../vm/steps/step-errors.js';
import type { VmControl } from '../vm/steps/vm-control.js';

/**
 * Keeps in the report which they are.
 * @returns the settings with which the copy is made; empty: those of the replication
 * @throws StepFailed `NoTestNetworks`, `TestNetworkUnknown` @throws Stopped
 */
export async function requireTestNetworks(vm: VmControl, input: DrillVmInput, at: Located): Promise<NetworksOfBody> {
  const { networks, recovery, vm: ref } = input;
  const inFile = networksOf(recovery, ref);
  const { settings, used } = await choose();
  if (networks === 'production') {
    vm.report.networks = [{ from: 'production', names: networksNamed(inFile) ?? [] }];
    return settings;
  }
  if (used === null) refuse(vm, at, NOT_NAMED);
  if (used.uncovered.length > 0) refuse(vm, at, leavesOut(used.uncovered));
  vm.report.networks = used.named;
  return settings;

  async function choose(): Promise<Chosen> {
    if (networks === 'production') return { settings: inFile, used: null };
    if (networks !== undefined) return mapped(vm, input, networks.test.map, at);
    const { site, peer, replication } = at;
    const read = await ask(vm, 'failover-test', (resumedAt) =>
      readTestNetworks({
        run: input.run,
        site,
        peer,
        vm: vm.ref,
        replicationId: replication.id,
        resumedAt,
        settings: inFile,
      }),
    );
    return { settings: inFile, used: read };
  }
}

interface Chosen {
  settings: NetworksOfBody;
  used: TestNetworks | null;
}

async function mapped(
  vm: VmControl,
  { vm: ref, run }: DrillVmInput,
  map: Record<string, string>,
  at: Located,
): Promise<Chosen> {
  const { site, peer, replication } = at;
  const own = ref.vmNetworkSettings;
  const found = await ask(vm, 'failover-test', (resumedAt) =>
    mapTestNetworks({ run, site, peer, vm: vm.ref, replicationId: replication.id, resumedAt, map, own }),
  );
  const { unmapped, missing, available, settings, networks: used } = found;
  if (used !== null && used.uncovered.length > 0) refuse(vm, at, leavesOut(used.uncovered));
  if (unmapped.length > 0) refuse(vm, at, leadsNowhere(unmapped));
  if (missing.length > 0) refuse(vm, at, isUnknown(site, missing, available));
  return { settings, used };
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

function leavesOut(uncovered: TestNetworks['uncovered']): Refusal {
  const nics = uncovered.map(
    ({ nicIndex, network }) => `NIC ${nicIndex} (in ${network ?? 'a network that is not told'})`,
  );
  const unnamed = uncovered.filter(({ network }) => network === null).map(({ nicIndex }) => nicIndex);
  const map = uncovered.flatMap(({ network }) => (network === null ? [] : `${JSON.stringify(network)}: TEST_NETWORK`));
  const advice = [
    ...(map.length === 0 ? [] : [`write networks: { test: { map: { ${[...new Set(map)].join(', ')} } } }`]),
    ...(unnamed.length === 0 ? [] : [`name the network of NIC ${unnamed.join(', ')} in vmNetworkSettings of the VM`]),
  ].join(' and ');
  return {
    code: 'NoTestNetworks',
    why:
      `neither the drill nor the test settings of the replication lead ${nics.join(', ')} into a test network, ` +
      'so the copy could wake up in production',
    advice:
      `In the drill, ${advice}; or set test networks for them at the replication in VCDA; ` +
      'or write networks: production where that is meant.',
  };
}

const leadsNowhere = (unmapped: string[]): Refusal => ({
  code: 'NoTestNetworks',
  why:
    `it has networks ${unmapped.join(', ')}, which networks.test.map does not name, nor has the replication test settings ` +
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
