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

/** Networks that NICs go to, each once, by who named them; as they are named where the site tells no NICs. */
export interface NamedNetworks {
  from: 'file' | 'replication';
  names: string[];
}

/** What is sent for a test failover although the replication's own settings say it: beside it the file has a word of its own. */
export interface Repeated {
  /** by nicIndex */
  nics: readonly number[];
  /** where the site tells no NICs */
  names: readonly string[];
}

export interface TestNetworks {
  /** those of the file first */
  named: NamedNetworks[];
  /** NICs that would be connected as the site pleases; `network`: what they are in, null: not told */
  uncovered: { nicIndex: number; network: string | null }[];
}

interface End {
  name: string;
  isOfFile: boolean;
}

/**
 * A kind of settings that is sent goes in place of the replication's own of that kind.
 * @param sent with the test failover @param repeated of it: default nothing @returns null: nothing names any network
 */
export function testNetworks(
  sent: SettingsOfNetworks,
  shown: ShownNetworks,
  repeated: Repeated = { nics: [], names: [] },
): TestNetworks | null {
  const own = shown.failoverTestSettings;
  const known = knownNics(shown);
  if (known.length === 0) {
    const names = networksNamed(sent);
    if (names !== null) {
      const ends = names.map((name) => ({ name, isOfFile: !repeated.names.includes(name) }));
      return { named: byWho(ends), uncovered: [] };
    }
    const ofOwn = networksNamed(own);
    return ofOwn === null ? null : { named: [{ from: 'replication', names: ofOwn }], uncovered: [] };
  }
  const ends = endsOf(sent, own);
  const listed = nicsIn(ends.settings);
  const unseen = listed.filter(({ nicIndex }) => !known.some((nic) => nic.nicIndex === nicIndex));
  const reached: End[] = [];
  const uncovered: TestNetworks['uncovered'] = [];
  for (const nic of [...known, ...unseen.map((one) => ({ ...one, network: null }))]) {
    const set = listed.find(({ nicIndex }) => nicIndex === nic.nicIndex);
    const end = ends.of(nic, set);
    if (end !== null) reached.push({ ...end, isOfFile: end.isOfFile && !repeated.nics.includes(nic.nicIndex) });
    else if (set !== undefined || nic.isConnected) uncovered.push({ nicIndex: nic.nicIndex, network: nic.network });
  }
  if (reached.length === 0 && uncovered.length === 0) return null;
  return { named: byWho(reached), uncovered };
}

function byWho(ends: End[]): NamedNetworks[] {
  const namesOf = (isOfFile: boolean) => [
    ...new Set(ends.filter((end) => end.isOfFile === isOfFile).map(({ name }) => name)),
  ];
  const named: NamedNetworks[] = [
    { from: 'file', names: namesOf(true) },
    { from: 'replication', names: namesOf(false) },
  ];
  return named.filter(({ names }) => names.length > 0);
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
