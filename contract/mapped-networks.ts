/** A drill's map of networks, held against what a site shows of a replication's NICs: pure. */
import type { SettingsOfNetworks } from './test-networks.js';

/** As a site shows it of a replication; what is not of this form tells nothing. */
export interface ShownNetworks {
  failoverSettings?: SettingsOfNetworks | null | undefined;
  failoverTestSettings?: SettingsOfNetworks | null | undefined;
}

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
}

interface Nic {
  nicIndex: number;
  isConnected: boolean;
  network: string | null;
}

/** The file goes before the test settings of the replication, which say where the rest goes. @param map from source network to test network */
export function mapNetworks(
  map: Record<string, string>,
  { failoverSettings, failoverTestSettings }: ShownNetworks,
): MappedNetworks {
  const ofTest = nicsIn(failoverTestSettings);
  const own = new Map(mappingsIn(failoverTestSettings).flatMap(({ from, to }) => (to === null ? [] : [[from, to]])));
  const wanted = new Map(Object.entries(map));
  const nics = [nicsIn(failoverSettings), ofTest].find((all) => all.length > 0);
  if (nics === undefined) {
    const sources = [...mappingsIn(failoverSettings), ...mappingsIn(failoverTestSettings)].map(({ from }) => from);
    const all = new Map([...own, ...wanted]);
    const unmapped = sources.filter((from) => !all.has(from));
    return {
      nics: null,
      mappings: [...all].map(([from, to]) => ({ from, to })),
      unmapped: [...new Set(unmapped)],
    };
  }
  const unmapped: string[] = [];
  const mapped = nics.map(({ nicIndex, isConnected, network }): MappedNic => {
    if (!isConnected) return { nicIndex, isConnected };
    const set = ofTest.find((nic) => nic.nicIndex === nicIndex)?.network ?? null;
    const to = (network === null ? undefined : wanted.get(network)) ?? set ?? own.get(network ?? '');
    if (to !== undefined && to !== null) return { nicIndex, isConnected, network: to };
    unmapped.push(network ?? `the unnamed one of NIC ${nicIndex}`);
    return { nicIndex, isConnected };
  });
  return { nics: mapped, mappings: [], unmapped: [...new Set(unmapped)] };
}

function nicsIn(settings: SettingsOfNetworks | null | undefined): Nic[] {
  return listIn(settings?.vmNetworkSettings, 'nics').map(({ nicIndex, isConnected, network }, n) => ({
    nicIndex: typeof nicIndex === 'number' ? nicIndex : n,
    isConnected: isConnected !== false,
    network: textIn(network),
  }));
}

function mappingsIn(settings: SettingsOfNetworks | null | undefined): { from: string; to: string | null }[] {
  return listIn(settings?.vAppNetworkSettings, 'networkMappings').flatMap((one) => {
    const from = textIn(one.sourceNetworkName) ?? nameIn(one.sourceOrgVdcNetwork);
    return from === null ? [] : [{ from, to: nameIn(one.destinationOrgVdcNetwork) }];
  });
}

const nameIn = (network: unknown): string | null =>
  isRecord(network) ? (textIn(network.name) ?? textIn(network.id)) : null;

function listIn(settings: object | null | undefined, key: string): Record<string, unknown>[] {
  const list: unknown = isRecord(settings) ? settings[key] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

const textIn = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
