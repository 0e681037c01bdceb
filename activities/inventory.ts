/** The inventory of a site, which has no question for one VM. */
import type { InventoryVm } from '../vcda/index.js';

/** Those who ask while it is read share the next reading. */
export class Inventory {
  readonly #load: (resumedAt: number) => Promise<InventoryVm[]>;
  #next: Promise<InventoryVm[]> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(load: (resumedAt: number) => Promise<InventoryVm[]>) {
    this.#load = load;
  }

  /** As it is now: read after this was called. */
  read(resumedAt: number): Promise<InventoryVm[]> {
    if (this.#next !== null) return this.#next;
    const next = this.#last.then(() => {
      this.#next = null;
      return this.#load(resumedAt);
    });
    this.#next = next;
    this.#last = next.catch(() => {});
    return next;
  }
}
