/** A drill's map of networks, held against what a site shows of a replication's NICs: pure. */
import type { Repeated } from './covered-nics.js';
import { knownNics, mappingsIn, type Nic, nicsIn, type ShownNetworks } from './shown-networks.js';

export interface MappedNic {
  nicIndex: number;
  isConnected: boolean;
  /** where its copy is connected; absent: it is not */
  network?: string;
}

export interface MappedNetworks {
  /** null: the site tells no NICs, so that networks alone are mapped */
  nics: MappedNic[] | null;
  /** by names; of networks, in place of NICs that are not told */
  mappings: { from: string; to: string }[];
  /** networks that neither the map nor the test settings of the replication lead anywhere, each once */
  unmapped: string[];
  /** what the test settings of the replication say, not the map */
  repeated: Repeated;
}

/**
 * The file goes before the test settings of the replication, which say where the rest goes.
 * @param map from source network to test network @param ofVmInFile what the file says of the NICs themselves, which goes before its map
 */
export function mapNetworks(map: Record<string, string>, shown: ShownNetworks, ofVmInFile?: object): MappedNetworks {
  const { failoverSettings, failoverTestSettings } = shown;
  const ofTest = nicsIn(failoverTestSettings);
  const own = new Map(
    mappingsIn(failoverTestSettings).flatMap(({ from, to }) => (to === null ? [] : from.map((name) => [name, to]))),
  );
  const wanted = new Map(Object.entries(map));
  const nics = knownNics(shown);
  if (nics.length === 0) {
    const sources = [...mappingsIn(failoverSettings), ...mappingsIn(failoverTestSettings)].flatMap(
      ({ from }) => from[0] ?? [],
    );
    const all = new Map([...own, ...wanted]);
    const unmapped = sources.filter((from) => !all.has(from));
    return {
      nics: null,
      mappings: [...all].map(([from, to]) => ({ from, to })),
      unmapped: [...new Set(unmapped)],
      repeated: { nics: [], names: [...own.values()].filter((to) => ![...wanted.values()].includes(to)) },
    };
  }
  const said = nicsIn({ vmNetworkSettings: ofVmInFile });
  const unmapped: string[] = [];
  const repeated: number[] = [];
  const mapped = nics.map((nic): MappedNic => {
    const { nicIndex, network } = nic;
    const ofVm = said.find((one) => one.nicIndex === nicIndex && (one.network !== null || !one.isConnected));
    const isConnected = (ofVm ?? nic).isConnected;
    const ofFile = ofVm?.network ?? wantedFor(nic);
    if (isConnected ? ofFile === null : ofVm === undefined) repeated.push(nicIndex);
    if (!isConnected) return { nicIndex, isConnected };
    const to = ofFile ?? setIn(nicIndex) ?? own.get(network ?? '') ?? null;
    if (to !== null) return { nicIndex, isConnected, network: to };
    unmapped.push(network ?? `the unnamed one of NIC ${nicIndex}`);
    return { nicIndex, isConnected };
  });
  return { nics: mapped, mappings: [], unmapped: [...new Set(unmapped)], repeated: { nics: repeated, names: [] } };

  function wantedFor({ network }: Nic): string | null {
    return network === null ? null : (wanted.get(network) ?? null);
  }

  /** What the test settings connect a NIC to is itself led on by their mapping. */
  function setIn(nicIndex: number): string | null {
    const set = ofTest.find((one) => one.nicIndex === nicIndex)?.network ?? null;
    return set === null ? null : (own.get(set) ?? set);
  }
}
