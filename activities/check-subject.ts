/** What a check says of its VM: `{ip}`, `{name}` and `{id}`, and where the address comes from. */
import { isIPv6 } from 'node:net';
import type { CheckVmInput } from '../contract/questions.js';
import { type CallOptions, type ShownNetworkSettings, type Site } from '../vcda/index.js';
import { unextended } from './extension.js';

export interface CheckSubject {
  id: string;
  name: string;
  /** null: nobody has given one */
  ip: string | null;
}

/**
 * The address given for the VM, else the one that its replication will give the recovered VM.
 * @throws VcdaError when the site cannot be asked
 */
export async function addressOf(site: Site, input: CheckVmInput, options: CallOptions): Promise<string | null> {
  if (input.vm.address !== undefined) return input.vm.address;
  const settings = await unextended(options, (local) => site.networkSettings(input.replicationId, local));
  return configuredAddress(settings, input.recovery);
}

function configuredAddress(settings: ShownNetworkSettings, recovery: CheckVmInput['recovery']): string | null {
  const networks = recovery === 'test' ? settings.failoverTestSettings : settings.failoverSettings;
  const { nics, primaryNicIndex } = networks?.vmNetworkSettings ?? {};
  const addressed = (nics ?? []).filter(({ ipAddress }) => ipAddress != null && ipAddress !== '');
  const best = addressed.find(({ nicIndex }) => nicIndex === primaryNicIndex) ?? addressed[0];
  return best?.ipAddress ?? null;
}

export const needsAddress = (texts: string[]): boolean => texts.some((text) => text.includes('{ip}'));

/** For hosts and arguments, which are taken as they are. */
export const filled = (text: string, subject: CheckSubject): string => replaced(text, subject, (value) => value);

/** For URLs: what stands for the VM cannot change what the URL means. */
export const filledUrl = (url: string, subject: CheckSubject): string =>
  replaced(url, subject, (value) => (isIPv6(value) ? `[${value}]` : encodeURIComponent(value)));

const replaced = (text: string, subject: CheckSubject, as: (value: string) => string): string =>
  text.replace(/\{(ip|name|id)\}/g, (whole, member: keyof CheckSubject) => {
    const value = subject[member];
    return value === null ? whole : as(value);
  });
