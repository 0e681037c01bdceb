/**
 * Items of a site's lists that cannot be read. One of them must not stop the others: it is told and passed over, unless it may
 * be what is asked for.
 */
import { log } from '@temporalio/activity';
import {
  type CallOptions,
  OWN_CODES,
  type Site,
  type Task,
  type UnreadableItem,
  VcdaError,
  type VmReplication,
} from '../vcda/index.js';
import { meaningOf, recordOf, vmIdIn } from './unreadable-meaning.js';

/** For lists in which what is asked for is told by what can be read. */
export function passingOver(site: Site): (item: UnreadableItem) => void {
  return (item) => {
    if (site.unreadable.isNew(item))
      log.warn(`${item.detail}; ${meaningOf(item)}`, { site: site.name, list: item.path });
  };
}

/**
 * The replications of a VM. An item that names it is its own; one that names no VM may be where the site lists no others, or
 * while something may have been sent for it (`inDoubt`); where others are listed too, the site ignores the question, and it is
 * passed over: should it be this VM's, the site itself refuses a second.
 * @throws VcdaError that names such an item, when none else is the VM's
 */
export async function replicationsOfVm(
  site: Site,
  vmId: string,
  options: CallOptions,
  inDoubt = true,
): Promise<VmReplication[]> {
  const odd: UnreadableItem[] = [];
  const all = await site.replications({ vmId }, { ...options, unreadable: (item) => odd.push(item) });
  const ofVm = all.filter((one) => one.vmId === vmId);
  odd.forEach(passingOver(site));
  if (ofVm.length > 0) return ofVm;
  const faceless = all.find((one) => one.vmId == null)?.id;
  const suspect = odd.find(({ given }) => [null, vmId].includes(vmIdIn(given)));
  const isFiltered = all.every((one) => one.vmId == null) && odd.every(({ given }) => vmIdIn(given) === null);
  const isNamed = odd.some(({ given }) => vmIdIn(given) === vmId);
  if ((inDoubt || isFiltered || isNamed) && (faceless !== undefined || suspect !== undefined))
    throw mayBeIt(site, suspect?.detail ?? `${faceless} names no VM`, `the replication of ${vmId}`, '/vm-replications');
  return [];
}

/** Tasks, among them what is left of those that cannot be read, under their place for an id: they may be the one looked for. */
export async function tasksWithOdd(
  site: Site,
  list: (options: CallOptions) => Promise<Task[]>,
  options: CallOptions,
): Promise<{ tasks: Task[]; odd: Task[] }> {
  const odd: UnreadableItem[] = [];
  const tasks = await list({ ...options, unreadable: (item) => odd.push(item) });
  odd.forEach(passingOver(site));
  return { tasks, odd: odd.map(({ given, place }) => ({ ...recordOf(given), id: `item ${place} of the list` })) };
}

function mayBeIt(site: Site, what: string, whose: string, path: string): VcdaError {
  const detail = `${what}, and may be ${whose}`;
  return new VcdaError({ site: site.name, code: OWN_CODES.unexpected, detail, method: 'GET', path, acted: 'no' });
}
