/** What each unit comes after, and what becomes of it when that does not succeed. Pure. */

import { isFinal, type VmReport } from '../../contract/report.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { hasSucceeded } from './has-succeeded.js';
import type { Lead } from './lead.js';
import type { Planned } from './planned.js';
import { dependencyNotMet } from './unbegun.js';
import type { Units } from './units.js';

export class Dependencies {
  readonly #planned: Planned;
  readonly #units: Units;
  readonly #lead: Lead;

  constructor(planned: Planned, units: Units, lead: Lead) {
    this.#planned = planned;
    this.#units = units;
    this.#lead = lead;
  }

  /** Those that it comes after, and that have not succeeded. */
  unmet(id: string): string[] {
    const befores = this.#planned.get(id).vm.after.map((one) => this.#outcome(one));
    return befores.filter(({ isGood }) => !isGood).map(nameWithId);
  }

  /** All that it comes after has succeeded. */
  areMet(id: string): boolean {
    return this.#planned.get(id).vm.after.every((one) => this.#outcome(one).isGood);
  }

  /** How a unit that others come after stands, wherever it is. */
  #outcome(id: string): Pick<VmReport, 'id' | 'name' | 'state'> & { isGood: boolean } {
    if (!this.#units.has(id)) return this.#lead.outcomeOf(id) ?? { id, name: id, state: 'waiting', isGood: false };
    const vm = this.#units.get(id);
    return { ...vm, isGood: hasSucceeded(vm) };
  }

  /** What comes after a unit that did not succeed is skipped. @param now epoch ms */
  skipOrphans(now: number): void {
    const { isAhead, waves: all } = this.#planned;
    const waves = isAhead ? all : all.slice(0, this.#lead.wave + 1);
    for (const { id, after } of waves.flatMap(({ vms }) => vms)) {
      if (!this.#units.isWaiting(id) || this.#units.isToBeUndone(id)) continue;
      const befores = after.map((one) => this.#outcome(one));
      const missing = befores.find((one) => isFinal(one.state) && !one.isGood);
      if (missing !== undefined) {
        this.#units.end(id, 'skipped', dependencyNotMet(this.#units.get(id), missing), now);
      } else if (!isAhead && befores.some(({ state }) => !isFinal(state))) {
        this.#units.change(id, { waitingFor: 'dependency' });
      }
    }
  }
}
