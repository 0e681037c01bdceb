/** A drill's map of networks, as the settings that a test failover takes: networks by id, from the destination's own list. */
import { cancellationSignal } from '@temporalio/activity';
import { testNetworks } from '../contract/covered-nics.js';
import { type MappedNetworks, mapNetworks } from '../contract/mapped-networks.js';
import type { MapNetworksInput, TestSettings } from '../contract/questions.js';
import { networksNamed } from '../contract/test-networks.js';
import type { VmNetworkSettings } from '../plan/types.js';
import { askingOf } from './asking.js';
import { type ActivityDeps, configured } from './deps.js';
import { unextended } from './extension.js';
import type { Reachability } from './reachability.js';

interface Network {
  id: string;
  name: string;
}

export function createMappedNetworksActivities(deps: ActivityDeps, reachability: Reachability) {
  const asking = askingOf(deps, reachability);
  return {
    /** @throws ApplicationFailure `Hold`; else VCDA's code */
    async mapTestNetworks({ map, own, ...input }: MapNetworksInput): Promise<TestSettings> {
      const { peer, vm, replicationId, resumedAt } = input;
      const site = configured(deps, input.site);
      const options = { peer, resumedAt, signal: cancellationSignal() };
      return asking('network-settings', { vm }, async () => {
        const shown = await unextended(options, (local) => site.networkSettings(replicationId, local));
        const found = await unextended(options, (local) => site.findReplication(replicationId, local));
        const vdcId = found?.destination?.vdcId;
        const all = vdcId == null ? [] : await unextended(options, (local) => site.inventory.networks(vdcId, local));
        const mapped = mapNetworks(map, shown, own);
        const sent = settingsOf(mapped, Object.values(map), all, own);
        return { ...sent, networks: testNetworks(sent.settings, shown, mapped.repeated) };
      });
    },
  };
}

/** @param wanted networks that the file names @param all networks of the VDC */
function settingsOf(
  { nics, mappings, unmapped }: MappedNetworks,
  wanted: string[],
  all: Network[],
  own: VmNetworkSettings | undefined,
): Omit<TestSettings, 'networks'> {
  const byName = new Map<string, Network>();
  const ofFile = own?.nics ?? [];
  const names = [
    ...wanted,
    ...ofFile.flatMap(({ network }) => network ?? []),
    ...(nics ?? []).flatMap(({ network }) => network ?? []),
    ...mappings.map(({ to }) => to),
  ];
  for (const name of names) {
    const [first, ...others] = all.filter((one) => one.name === name || one.id === name);
    if (first !== undefined && others.length === 0) byName.set(name, { id: first.id, name: first.name });
  }
  const told = {
    unmapped,
    missing: [...new Set(wanted)].filter((name) => !byName.has(name)),
    available: all.map(({ name }) => name),
  };
  if (nics === null) {
    // Who names the networks of all NICs of a VM that the site tells none of needs no map.
    if (own !== undefined && networksNamed({ vmNetworkSettings: own }) !== null)
      return { ...told, unmapped: [], missing: [], settings: { vmNetworkSettings: own } };
    const networkMappings = mappings.flatMap(({ from, to }) => {
      const destinationOrgVdcNetwork = byName.get(to);
      return destinationOrgVdcNetwork === undefined ? [] : [{ sourceNetworkName: from, destinationOrgVdcNetwork }];
    });
    const ofVm = own === undefined ? {} : { vmNetworkSettings: own };
    return { ...told, settings: { vAppNetworkSettings: { networkMappings }, ...ofVm } };
  }
  const called: NonNullable<VmNetworkSettings['nics']> = nics.map(({ network, ...nic }) =>
    network === undefined ? nic : { ...nic, network: byName.get(network)?.name ?? network },
  );
  const used = new Set([...called, ...ofFile].flatMap(({ network }) => network ?? []));
  // A NIC can be connected only to what its vApp has.
  const bridged = new Map([...byName.values()].filter(({ name }) => used.has(name)).map((one) => [one.id, one]));
  const merged = called.map((nic) => ({ ...ofFile.find((one) => one.nicIndex === nic.nicIndex), ...nic }));
  const others = ofFile.filter(({ nicIndex }) => !nics.some((nic) => nic.nicIndex === nicIndex));
  return {
    ...told,
    settings: {
      vAppNetworkSettings: { bridgeOrgVdcNetworks: [...bridged.values()] },
      vmNetworkSettings: { ...own, nics: [...merged, ...others] },
    },
  };
}
