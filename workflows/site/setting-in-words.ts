/** What a person has set at a site, and what follows from it: in words, before it is done. Pure. */
import type { Steered } from '../../contract/messages.js';
import type { SlotKind } from '../../contract/operation.js';
import type { SiteChange, SiteLimits, SlotRequest } from '../../contract/site.js';

interface Known {
  brake: boolean;
  carried: { holders: SlotRequest[]; queue: SlotRequest[] };
}

const CALLED: Record<keyof SiteLimits, string> = {
  syncs: 'syncs',
  cutovers: 'cutovers',
  requestsPerSecond: 'requests per second, of all workers together',
};

const SLOTS: Partial<Record<keyof SiteLimits, SlotKind>> = { syncs: 'sync', cutovers: 'cutover' };

const vms = (count: number): string => `${count} ${count === 1 ? 'VM' : 'VMs'}`;

export function settingInWords(site: string, { brake, limits = {} }: SiteChange, state: Known): Steered {
  const { holders, queue } = state.carried;
  const parts: string[] = [];
  if (brake !== undefined) parts.push(brakeInWords(site, brake, state));
  for (const [name, limit] of Object.entries(limits) as [keyof SiteLimits, number | null][]) {
    const slot = SLOTS[name];
    const held = slot === undefined ? 0 : holders.filter((one) => one.slot === slot).length;
    const over = limit !== null && slot !== undefined && held > limit ? `; ${held} run, and none is stopped` : '';
    parts.push(
      limit === null
        ? `Site ${site}: the limit of ${CALLED[name]} is the config's again`
        : `Site ${site}: at most ${limit} ${CALLED[name]}${over}`,
    );
  }
  return { affected: queue.length, message: parts.join('. ') };
}

function brakeInWords(site: string, on: boolean, { brake, carried }: Known): string {
  const { holders, queue } = carried;
  const was = brake === on ? ' already' : '';
  if (!on) return `The brake of site ${site} is off${was}: ${vms(queue.length)} that wait may begin`;
  return `The brake of site ${site} is on${was}: nothing new begins there; ${holders.length} ${holders.length === 1 ? 'place is' : 'places are'} in use, and what was accepted goes on; ${vms(queue.length)} wait`;
}
