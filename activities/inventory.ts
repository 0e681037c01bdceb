/** The inventory of a site, which has no question for one VM. */
import type { InventoryVm } from '../vcda/index.js';
import { type ActivityDeps, configured } from './deps.js';
import { passingOver } from './passed-over.js';

/** Those who ask while it is read share the next reading. */
class Inventory {
  readonly #load: (resumedAt: number) => Promise<InventoryVm[]>;
  #next: Promise<InventoryVm[]> | null = null;
  /** the newest `resume` of those who share the next reading */
  #resumedAt = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(load: (resumedAt: number) => Promise<InventoryVm[]>) {
    this.#load = load;
  }

  /** As it is now: read after this was called. */
  read(resumedAt: number): Promise<InventoryVm[]> {
    this.#resumedAt = Math.max(this.#resumedAt, resumedAt);
    if (this.#next !== null) return this.#next;
    const next = this.#last.then(() => {
      this.#next = null;
      return this.#load(this.#resumedAt);
    });
    this.#next = next;
    this.#last = next.catch(() => {});
    return next;
  }
}

/** Of each site of a worker. */
export class Inventories {
  readonly #deps: ActivityDeps;
  readonly #bySite = new Map<string, Inventory>();

  constructor(deps: ActivityDeps) {
    this.#deps = deps;
  }

  /**
   * The VMs of a site as they are now, but for those that cannot be read: they are told, and nothing follows of them.
   * @throws VcdaError
   */
  read(name: string, resumedAt: number): Promise<InventoryVm[]> {
    const site = configured(this.#deps, name);
    const load = (at: number) => site.inventoryVms(name, { resumedAt: at, unreadable: passingOver(site) });
    const inventory = this.#bySite.get(name) ?? new Inventory(load);
    this.#bySite.set(name, inventory);
    return inventory.read(resumedAt);
  }
}
