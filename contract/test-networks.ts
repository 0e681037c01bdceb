/** Which networks settings of a recovery name: pure. Nothing named is left to the site, which takes those of production. */
import { bridgesIn, mappingsIn, nicsIn, type SettingsOfNetworks } from './shown-networks.js';

/** What is evidence of a NIC that is not connected. */
export const DISCONNECTED = 'none (disconnected)';

/**
 * By what the settings say alone, where the NICs of a VM are not known.
 * @returns names, or ids where there is no name; null: at least one NIC would be connected as the site pleases
 */
export function networksNamed(settings: SettingsOfNetworks | null | undefined): string[] | null {
  const ofVm = nicsIn(settings).map(({ isConnected, network }) => (isConnected ? network : DISCONNECTED));
  const ofVapp = networksOfVapp(settings);
  const isComplete = ofVapp.length > 0 || (ofVm.length > 0 && !ofVm.includes(null));
  if (!isComplete) return null;
  return [...new Set([...ofVapp, ...ofVm.filter((name) => name !== null)])];
}

/** Where source networks are mapped to, or bridged; a network that is copied is as its site makes it. */
const networksOfVapp = (settings: SettingsOfNetworks | null | undefined): string[] => [
  ...mappingsIn(settings).flatMap(({ to }) => to ?? []),
  ...bridgesIn(settings).flatMap(([name]) => name ?? []),
];
