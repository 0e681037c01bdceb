/** Network settings as files and sites write them, read with care: pure. What is not of a known form tells nothing. */
import { isMembers } from './members.js';

export interface SettingsOfNetworks {
  vAppNetworkSettings?: object | null | undefined;
  vmNetworkSettings?: object | null | undefined;
}

/** As a site shows it of a replication. */
export interface ShownNetworks {
  failoverSettings?: SettingsOfNetworks | null | undefined;
  failoverTestSettings?: SettingsOfNetworks | null | undefined;
}

export interface Nic {
  nicIndex: number;
  isConnected: boolean;
  network: string | null;
}

/** From whatever names a source network goes by to where it is mapped. */
export interface NetworkMapping {
  from: string[];
  to: string | null;
}

export function nicsIn(settings: SettingsOfNetworks | null | undefined): Nic[] {
  return listIn(settings?.vmNetworkSettings, 'nics').map(({ nicIndex, isConnected, network }, n) => ({
    nicIndex: typeof nicIndex === 'number' ? nicIndex : n,
    isConnected: isConnected !== false,
    network: textIn(network),
  }));
}

/** All NICs that a site tells of, each once: as they are in production, else as only its test settings have them. */
export function knownNics({ failoverSettings, failoverTestSettings }: ShownNetworks): Nic[] {
  const byIndex = new Map(
    [...nicsIn(failoverTestSettings), ...nicsIn(failoverSettings)].map((nic) => [nic.nicIndex, nic]),
  );
  return [...byIndex.values()].sort((a, b) => a.nicIndex - b.nicIndex);
}

export function mappingsIn(settings: SettingsOfNetworks | null | undefined): NetworkMapping[] {
  return listIn(settings?.vAppNetworkSettings, 'networkMappings').map((one) => ({
    from: [...new Set([textIn(one.sourceNetworkName) ?? [], namesOf(one.sourceOrgVdcNetwork)].flat())],
    to: namesOf(one.destinationOrgVdcNetwork)[0] ?? null,
  }));
}

/** Networks that a vApp is connected to as they are: name and id of each. */
export const bridgesIn = (settings: SettingsOfNetworks | null | undefined): string[][] =>
  listIn(settings?.vAppNetworkSettings, 'bridgeOrgVdcNetworks')
    .map(namesOf)
    .filter((names) => names.length > 0);

/** Its name, then its id. */
const namesOf = (network: unknown): string[] =>
  isMembers(network) ? [network.name, network.id].flatMap((value) => textIn(value) ?? []) : [];

function listIn(settings: object | null | undefined, key: string): Record<string, unknown>[] {
  const list: unknown = isMembers(settings) ? settings[key] : undefined;
  return Array.isArray(list) ? list.filter(isMembers) : [];
}

const textIn = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null);
