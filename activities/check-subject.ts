/** What a check says of its VM: `{ip}`, `{name}` and `{id}`, and where the address comes from. */
import { isIP, isIPv6 } from 'node:net';
import type { CheckVmInput } from '../contract/questions.js';
import { visible } from '../plan/source/visible.js';
import { type CallOptions, type ShownNetworkSettings, type Site } from '../vcda/index.js';
import { unextended } from './extension.js';

export interface CheckSubject {
  id: string;
  name: string;
  /** null: nobody has given one */
  ip: string | null;
  /** whether a site has said the address, and no person */
  isOfSite: boolean;
}

/** Where a VM is looked for, and why nowhere. */
export interface Address {
  ip: string | null;
  /** whether a site has said it, and no person */
  isOfSite: boolean;
  /** what a site calls an address and is none */
  notOne?: string;
}

/**
 * The address given for the VM, else the one that its replication will give the recovered VM.
 * @throws VcdaError when the site cannot be asked
 */
export async function addressOf(site: Site, input: CheckVmInput, options: CallOptions): Promise<Address> {
  if (input.vm.address !== undefined) return { ip: input.vm.address, isOfSite: false };
  const settings = await unextended(options, (local) => site.networkSettings(input.replicationId, local));
  const said = configuredAddress(settings, input.recovery);
  // A site could say whatever a program takes for an option, or a URL for another host.
  if (said === null || isIP(said) > 0) return { ip: said, isOfSite: true };
  return { ip: null, isOfSite: true, notOne: visible(said.slice(0, 100)) };
}

function configuredAddress(settings: ShownNetworkSettings, recovery: CheckVmInput['recovery']): string | null {
  const networks = recovery === 'test' ? settings.failoverTestSettings : settings.failoverSettings;
  const { nics, primaryNicIndex } = networks?.vmNetworkSettings ?? {};
  const addressed = (nics ?? []).filter(({ ipAddress }) => ipAddress != null && ipAddress !== '');
  const best = addressed.find(({ nicIndex }) => nicIndex === primaryNicIndex) ?? addressed[0];
  return best?.ipAddress ?? null;
}

export const needsAddress = (texts: string[]): boolean => texts.some((text) => text.includes('{ip}'));

/** Whether a site, and no person, has said to which host a URL leads, or a part of it. */
export function hostIsOfSite(url: string, { isOfSite }: CheckSubject): boolean {
  const [, host = ''] = /^\w+:\/\/([^/?#]*)/.exec(url) ?? [];
  return (isOfSite && host.includes('{ip}')) || host.includes('{name}');
}

/** Whether an argument would begin with `-`, and so be an option, by what stands for the VM and not by what the drill says. */
export const optionIn = (arg: string, subject: CheckSubject): boolean =>
  !arg.startsWith('-') && filled(arg, subject).startsWith('-');

/** For hosts and arguments, which are taken as they are. */
export const filled = (text: string, subject: CheckSubject): string => replaced(text, subject, (value) => value);

/** For URLs: what stands for the VM cannot change what the URL means. */
export const filledUrl = (url: string, subject: CheckSubject): string =>
  replaced(url, subject, (value) => (isIPv6(value) ? `[${value}]` : encodeURIComponent(value)));

const replaced = (text: string, subject: CheckSubject, as: (value: string) => string): string =>
  text.replace(/\{(ip|name|id)\}/g, (whole, member: 'ip' | 'name' | 'id') => {
    const value = subject[member];
    return value === null ? whole : as(value);
  });
