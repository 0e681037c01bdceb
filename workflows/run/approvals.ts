/** What persons have approved of a run: all of it, waves as a whole, and VMs by themselves. Pure. */
import type { CarriedRun } from '../../contract/inputs.js';

export class Approvals {
  readonly #waves: Set<string>;
  readonly #vms: Set<string>;
  #all: boolean;

  constructor(carried: CarriedRun['approved'] | undefined) {
    this.#waves = new Set(carried?.waves);
    this.#vms = new Set(carried?.vms);
    this.#all = carried?.all ?? false;
  }

  get carried(): CarriedRun['approved'] {
    return { waves: [...this.#waves], vms: [...this.#vms], ...(this.#all ? { all: true as const } : {}) };
  }

  addAll(): void {
    this.#all = true;
  }

  addWave(name: string): void {
    this.#waves.add(name);
  }

  addVm(id: string): void {
    this.#vms.add(id);
  }

  has(vmId: string, wave: string): boolean {
    return this.#all || this.#vms.has(vmId) || this.#waves.has(wave);
  }
}
