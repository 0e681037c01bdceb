/** What stands of a VM at either site, by ids, so that a person need not look for it. */
import type { SourcePower } from '../../../contract/questions.js';
import { unitInWords } from '../../../contract/vapp.js';
import { powerOf } from './power.js';
import type { VmControl } from './vm-control.js';

/** How long each site is asked for the VMs: ms. */
const WITHIN = 10_000;

/** One of the VMs by which a VM is known, where an inventory lists it, or may. */
export interface Standing {
  site: string;
  vmId: string;
  power: SourcePower['power'];
  known: string;
}

/** @param more ids that others gave it */
export async function whatStands(
  vm: Pick<VmControl, 'ids' | 'input' | 'resumedAt' | 'stop'>,
  more: (string | null)[] = [],
): Promise<Standing[]> {
  const { ids, input } = vm;
  const sites = [input.source, input.destination.site];
  const each = await Promise.all(
    [...new Set([...ids, ...more])].flatMap((vmId) => (vmId === null ? [] : [standing(vm, vmId, sites)])),
  );
  return each.flat().map(({ site, vmId, power, known }) => ({ site, vmId, power, known }));
}

async function standing(vm: Pick<VmControl, 'resumedAt' | 'stop'>, vmId: string, sites: string[]) {
  const seen = await Promise.all(
    sites.map(async (site) => ({
      site,
      vmId,
      ...(await powerOf(vm, { site, vmId, within: WITHIN })),
    })),
  );
  const may = seen.filter(({ isMissing }) => isMissing !== true);
  // An id is of one site: where it is seen, it is not to be looked for at the other.
  const sure = may.filter(({ power }) => power !== 'unknown');
  return sure.length > 0 ? sure : may;
}

/** A sentence. */
export function standsWhere(standing: Standing[]): string {
  if (standing.length === 0) return 'Neither site lists a VM of it.';
  const each = standing.map(({ site, vmId, power, known }) =>
    power === 'unknown'
      ? `${unitInWords(vmId)} may stand at ${site} (${known})`
      : `${unitInWords(vmId)} at ${site} is ${power.toUpperCase()}`,
  );
  return `${each.join('; ')}.`;
}

export const running = (standing: Standing[]): Standing[] => standing.filter(({ power }) => power === 'on');

/** What to do first where several run, with a blank after it; else nothing. */
export function twice(standing: Standing[]): string {
  const on = running(standing);
  if (on.length < 2) return '';
  return `${on.length === 2 ? 'Both run' : `${on.length} run`}: power off all but the one that is to stay. `;
}
