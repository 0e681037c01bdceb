/** What persons have approved of a run: waves as a whole, and VMs by themselves. Pure. */
import type { CarriedRun } from '../../contract/inputs.js';

export class Approvals {
  readonly #waves: Set<string>;
  readonly #vms: Set<string>;

  constructor(carried: CarriedRun['approved'] | undefined) {
    this.#waves = new Set(carried?.waves);
    this.#vms = new Set(carried?.vms);
  }

  get carried(): CarriedRun['approved'] {
    return { waves: [...this.#waves], vms: [...this.#vms] };
  }

  addWave(name: string): void {
    this.#waves.add(name);
  }

  addVm(id: string): void {
    this.#vms.add(id);
  }

  has(vmId: string, wave: string): boolean {
    return this.#vms.has(vmId) || this.#waves.has(wave);
  }
}
