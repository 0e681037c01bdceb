/** Which units a workflow is to be begun for, and for what. Pure. */
import type { Wanted } from '../../contract/shard.js';
import type { Phase } from '../../contract/unit.js';
import type { PlanVm } from '../../plan/types.js';
import type { Dependencies } from './dependencies.js';
import type { Lead } from './lead.js';
import type { Planned } from './planned.js';
import type { UnitGates } from './unit-gates.js';
import type { Units } from './units.js';

/** A unit to begin a workflow for. */
export interface Begin {
  vm: PlanVm;
  phase: Phase;
}

export class NextUnits {
  readonly #planned: Planned;
  readonly #units: Units;
  readonly #lead: Lead;
  readonly #gates: UnitGates;
  readonly #dependencies: Dependencies;

  constructor(planned: Planned, units: Units, lead: Lead, gates: UnitGates, dependencies: Dependencies) {
    this.#planned = planned;
    this.#units = units;
    this.#lead = lead;
    this.#gates = gates;
    this.#dependencies = dependencies;
  }

  /**
   * Those to be begun now, as far as there is room: what is taken back first, then those whose gate is open, then copies.
   * A unit whose dependency did not succeed is skipped on the way, one whose window is over held or failed. @param now epoch ms
   */
  take(now: number): Begin[] {
    const open = this.#units.open.length;
    const { room, begins } = this.#lead;
    const free = Math.max(0, room.all - open);
    if (!begins) return this.#undone.slice(0, free);
    this.#dependencies.skipOrphans(now);
    this.#gates.failMissed(now);
    const copies = this.#startable(now).slice(0, Math.max(0, room.copies - open));
    return [...this.#undone, ...this.#passing(now), ...copies].slice(0, free);
  }

  /** How many would be begun if there were room. @param now epoch ms */
  wanted(now: number): Wanted {
    const [passing, copies] = this.#lead.begins ? [this.#passing(now).length, this.#startable(now).length] : [0, 0];
    return { open: this.#units.open.length, others: this.#undone.length + passing, copies };
  }

  /** All that wait to be begun, in whatever wave they are: of a drill, which has no gates. */
  get unstarted(): Begin[] {
    if (!this.#lead.begins) return [];
    return this.#planned.ids.filter((id) => this.#units.isWaiting(id)).map((id) => this.#begin(id, 'through'));
  }

  /** Whether a unit that was named is still to be begun so. */
  isStill({ vm: { id }, phase }: Begin): boolean {
    if (phase === 'undo') return this.#units.isToBeUndone(id);
    return this.#lead.begins && this.#units.isWaiting(id) && !this.#units.isToBeUndone(id);
  }

  get #undone(): Begin[] {
    return this.#units.toBeUndone.map((id) => this.#begin(id, 'undo'));
  }

  #passing(now: number): Begin[] {
    const passing = this.#planned.ids.filter((id) => this.#units.isAtGate(id) && this.#gates.of(id, now) === null);
    return passing.map((id) => this.#begin(id, 'cutover'));
  }

  #begin(id: string, phase: Phase): Begin {
    return { vm: this.#planned.get(id).vm, phase };
  }

  #startable(now: number): Begin[] {
    const { isAhead, plan } = this.#planned;
    const waves = isAhead ? plan.waves : plan.waves.slice(this.#lead.wave, this.#lead.wave + 1);
    return waves.flatMap(({ vms }) =>
      vms
        .filter(({ id }) => this.#units.isUnbegun(id) && (isAhead || this.#dependencies.areMet(id)))
        .flatMap((vm): Begin[] => {
          const gate = this.#gates.of(vm.id, now);
          if (gate?.missed !== undefined) return [];
          return [{ vm, phase: gate === null ? 'through' : 'copy' }];
        }),
    );
  }
}
