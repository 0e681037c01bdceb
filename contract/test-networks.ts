/** Which networks settings of a recovery name: pure. Nothing named is left to the site, which takes those of production. */

/** As a file or a site writes them; what is not of this form names nothing. */
export interface SettingsOfNetworks {
  vAppNetworkSettings?: object | null | undefined;
  vmNetworkSettings?: object | null | undefined;
}

/** @returns names, or ids where there is no name; null: at least one NIC would be connected as the site pleases */
export function networksNamed(settings: SettingsOfNetworks | null | undefined): string[] | null {
  const ofVm = networksOfNics(settings?.vmNetworkSettings);
  const ofVapp = networksOfVapp(settings?.vAppNetworkSettings);
  const isComplete = ofVapp.length > 0 || (ofVm.length > 0 && !ofVm.includes(null));
  if (!isComplete) return null;
  return [...new Set([...ofVapp, ...ofVm.filter((name) => name !== null)])];
}

/** One for each NIC; null: it has none of its own. */
function networksOfNics(settings: object | null | undefined): (string | null)[] {
  return listIn(settings, 'nics').map((nic) => {
    if (nic.isConnected === false) return 'none (disconnected)';
    return textIn(nic.network);
  });
}

/** Where source networks are mapped to, or bridged; a network that is copied is as its site makes it. */
function networksOfVapp(settings: object | null | undefined): string[] {
  const mapped = listIn(settings, 'networkMappings').map(({ destinationOrgVdcNetwork }) => destinationOrgVdcNetwork);
  return [...mapped, ...listIn(settings, 'bridgeOrgVdcNetworks')].flatMap((network) => {
    const { name, id } = isRecord(network) ? network : {};
    return textIn(name) ?? textIn(id) ?? [];
  });
}

function listIn(settings: object | null | undefined, key: string): Record<string, unknown>[] {
  const list: unknown = isRecord(settings) ? settings[key] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

const textIn = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
