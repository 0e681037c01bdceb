/** The inventory of a site, which has no question for one VM. */
import type { InventoryVm } from '../vcda/index.js';
import { type ActivityDeps, configured } from './deps.js';
import { passingOver } from './passed-over.js';
import { SharedReading } from './shared-reading.js';

/** Of each site of a worker. */
export class Inventories {
  readonly #deps: ActivityDeps;
  readonly #bySite = new Map<string, SharedReading<number, InventoryVm[]>>();

  constructor(deps: ActivityDeps) {
    this.#deps = deps;
  }

  /**
   * The VMs of a site as they are now, but for those that cannot be read: they are told, and nothing follows of them.
   * @throws VcdaError
   */
  read(name: string, resumedAt: number): Promise<InventoryVm[]> {
    const site = configured(this.#deps, name);
    // The newest `resume` of those who share it.
    const load = (all: number[]) =>
      site.inventoryVms(name, { resumedAt: Math.max(0, ...all), unreadable: passingOver(site) });
    const inventory = this.#bySite.get(name) ?? new SharedReading(load);
    this.#bySite.set(name, inventory);
    return inventory.read(resumedAt);
  }
}
