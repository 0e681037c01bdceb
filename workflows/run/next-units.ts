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
    this.#gates.failRefused(now);
    const copies = this.#startable(now).slice(0, Math.max(0, room.copies - open));
    return [...this.#undone, ...this.#passing(now), ...copies].slice(0, free);
  }

  /** How many would be begun if there were room. @param now epoch ms */
  wanted(now: number): Wanted {
    const [passing, copies] = this.#lead.begins ? [this.#passing(now).length, this.#startable(now).length] : [0, 0];
    return { open: this.#units.open.length, others: this.#undone.length + passing, copies };
  }

  /** Indexes of waves of which some unit waits for the hook before it alone. @param now epoch ms */
  asks(now: number): number[] {
    const refused = new Set(this.#lead.refused.map(({ at }) => at));
    const waits = (id: string): boolean => {
      const { at } = this.#planned.get(id);
      if (this.#lead.isPassed(at) || refused.has(at)) return false;
      if (this.#units.isAtGate(id)) return this.#gates.unlessHook(id, now) === null;
      const isNext = !this.#planned.isAhead && at <= this.#lead.wave && this.#units.isUnbegun(id);
      return isNext && this.#dependencies.areMet(id) && this.#gates.unlessHook(id, now)?.missed === undefined;
    };
    const waiting = this.#lead.begins ? this.#planned.ids.filter(waits) : [];
    return [...new Set(waiting.map((id) => this.#planned.get(id).at))];
  }

  /** All that wait to be begun, in whatever wave they are: of a drill, which has no gates. */
  get unstarted(): Begin[] {
    if (!this.#lead.begins) return [];
    return this.#planned.ids.filter((id) => this.#units.isWaiting(id)).map((id) => this.#begin(id, 'through'));
  }

  /** Whether a unit that was named is still to be begun so: its gate may be shut by now. @param now epoch ms */
  isStill({ vm: { id }, phase }: Begin, now: number): boolean {
    if (phase === 'undo') return this.#units.isToBeUndone(id);
    const isToBegin = this.#lead.begins && this.#units.isWaiting(id) && !this.#units.isToBeUndone(id);
    return isToBegin && (phase === 'copy' || this.#gates.of(id, now) === null);
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
    const { isAhead, waves: all } = this.#planned;
    // Of a wave that is over, some may be tried again.
    const turn = all.slice(0, this.#lead.wave + 1).filter((_, at) => this.#lead.isPassed(at));
    const waves = isAhead ? all : turn;
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
