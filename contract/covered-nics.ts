/**
 * Whether each NIC of a VM goes into a network that somebody named for a test: pure. One rule for what a drill says, what its
 * map comes to, and the test settings of a replication: a NIC that none of them names is connected as the site pleases.
 */
import {
  bridgesIn,
  knownNics,
  mappingsIn,
  type Nic,
  nicsIn,
  type SettingsOfNetworks,
  type ShownNetworks,
} from './shown-networks.js';
import { DISCONNECTED, networksNamed } from './test-networks.js';

export interface TestNetworks {
  from: 'file' | 'replication';
  /** of networks that NICs go to, each once; as they are named where the site tells no NICs */
  names: string[];
  /** NICs that would be connected as the site pleases; `network`: what they are in, null: not told */
  uncovered: { nicIndex: number; network: string | null }[];
}

interface End {
  name: string;
  isOfFile: boolean;
}

/**
 * A kind of settings that is sent goes in place of the replication's own of that kind.
 * @param sent with the test failover @returns null: nothing names any network
 */
export function testNetworks(sent: SettingsOfNetworks, shown: ShownNetworks): TestNetworks | null {
  const own = shown.failoverTestSettings;
  const known = knownNics(shown);
  if (known.length === 0) {
    const names = networksNamed(sent);
    if (names !== null) return { from: 'file', names, uncovered: [] };
    const ofOwn = networksNamed(own);
    return ofOwn === null ? null : { from: 'replication', names: ofOwn, uncovered: [] };
  }
  const ends = endsOf(sent, own);
  const listed = nicsIn(ends.settings);
  const unseen = listed.filter(({ nicIndex }) => !known.some((nic) => nic.nicIndex === nicIndex));
  const reached: End[] = [];
  const uncovered: TestNetworks['uncovered'] = [];
  for (const nic of [...known, ...unseen.map((one) => ({ ...one, network: null }))]) {
    const set = listed.find(({ nicIndex }) => nicIndex === nic.nicIndex);
    const end = ends.of(nic, set);
    if (end !== null) reached.push(end);
    else if (set !== undefined || nic.isConnected) uncovered.push({ nicIndex: nic.nicIndex, network: nic.network });
  }
  if (reached.length === 0 && uncovered.length === 0) return null;
  return {
    from: reached.some(({ isOfFile }) => isOfFile) ? 'file' : 'replication',
    names: [...new Set(reached.map(({ name }) => name))],
    uncovered,
  };
}

function endsOf(sent: SettingsOfNetworks, own: SettingsOfNetworks | null | undefined) {
  const isVappOfFile = sent.vAppNetworkSettings != null;
  const isVmOfFile = sent.vmNetworkSettings != null;
  const settings: SettingsOfNetworks = {
    vAppNetworkSettings: isVappOfFile ? sent.vAppNetworkSettings : own?.vAppNetworkSettings,
    vmNetworkSettings: isVmOfFile ? sent.vmNetworkSettings : own?.vmNetworkSettings,
  };
  const mappings = mappingsIn(settings);
  const bridges = bridgesIn(settings);
  /** Where the vApp leads a network of that name; null: nowhere that is named. */
  function through(network: string | null): string | null {
    if (network === null) return null;
    const mapped = mappings.find(({ from }) => from.includes(network));
    return mapped === undefined ? (bridges.find((names) => names.includes(network))?.[0] ?? null) : mapped.to;
  }
  return {
    settings,
    /** @param set what the settings say of the NIC itself */
    of(nic: Nic, set: Nic | undefined): End | null {
      if (set?.isConnected === false) return { name: DISCONNECTED, isOfFile: isVmOfFile };
      const led = through(set?.network ?? nic.network);
      if (led !== null) return { name: led, isOfFile: isVappOfFile };
      return set?.network == null ? null : { name: set.network, isOfFile: isVmOfFile };
    },
  };
}
