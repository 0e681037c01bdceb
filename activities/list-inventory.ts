/** What a site has, for a person who writes a plan: read from the site once, and told in pages. */
import { cancellationSignal } from '@temporalio/activity';
import type { InventoryPage, InventoryQuestion, ListedName, ListedVdc, ListedVm } from '../contract/inventory.js';
import { type CallOptions, type InventoryVm, type Site, saysNo, VcdaError } from '../vcda/index.js';
import { askingOf } from './asking.js';
import { type ActivityDeps, configured } from './deps.js';
import { pageAfter } from './page-after.js';
import { passingOver } from './passed-over.js';
import type { Reachability } from './reachability.js';
import type { Readings } from './readings.js';

export function createListInventoryActivities(deps: ActivityDeps, reachability: Reachability, readings: Readings) {
  const asking = askingOf(deps, reachability);
  return {
    /** A page of a list of a site. @throws ApplicationFailure `Hold`; else VCDA's code */
    async listInventory(question: InventoryQuestion): Promise<InventoryPage> {
      const site = configured(deps, question.site);
      const whose = { vm: { id: question.site, name: question.site } };
      return asking(`list of ${question.of}`, whose, async () => {
        const key = `${question.site} ${question.of} ${'vdc' in question ? question.vdc : ''}`;
        const all = await readings.once(question.list, key, () => read(site, question));
        return all === null ? { items: null, next: null } : pageAfter(all, question.after);
      });
    },
  };
}

type Item = ListedVm | ListedVdc | ListedName;

/** In the order of their ids. */
async function read(site: Site, question: InventoryQuestion): Promise<Item[] | null> {
  const options = { resumedAt: 0, signal: cancellationSignal(), unreadable: passingOver(site) };
  try {
    const items = await itemsOf(site, question, options);
    return items.sort((a, b) => (a.id < b.id ? -1 : 1));
  } catch (error) {
    if (error instanceof VcdaError && saysNo(error)) return null;
    throw error;
  }
}

async function itemsOf(site: Site, question: InventoryQuestion, options: CallOptions): Promise<Item[]> {
  switch (question.of) {
    case 'vms':
      return (await site.inventoryVms(site.name, options)).map(listedVm);
    case 'vdcs':
      return (await site.inventory.vdcs({}, options)).map(({ id, name, org = null }) => ({ id, name, org }));
    case 'storageProfiles':
      return (await site.inventory.storageProfiles(question.vdc, options)).map(named);
    case 'slaProfiles':
      return (await site.slaProfiles.list(options)).map(({ id, displayName }) => ({ id, name: displayName ?? id }));
    case 'networks':
      return (await site.inventory.networks(question.vdc, options)).map(named);
  }
}

const named = ({ id, name }: ListedName): ListedName => ({ id, name });

const POWER: Record<string, ListedVm['power']> = { POWERED_ON: 'on', POWERED_OFF: 'off', SUSPENDED: 'suspended' };

const listedVm = (vm: InventoryVm): ListedVm => ({
  id: vm.id,
  name: vm.name ?? null,
  computerName: vm.computerName ?? null,
  power: POWER[vm.powerState ?? ''] ?? null,
  org: vm.org ?? null,
  vdc: vm.vdcId == null ? null : { id: vm.vdcId, name: vm.vdcName ?? null },
  vapp: vm.vappId == null ? null : { id: vm.vappId, name: vm.vappName ?? null },
});
