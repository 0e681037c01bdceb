/** The gates of a run's units: what each waits for before its cutover, and whether its window is missed. Pure. */
import { CODES } from '../../contract/codes.js';
import type { VmError } from '../../contract/report.js';
import { listed } from '../../contract/words.js';
import { windowMissed, windowTooShort } from '../vm/steps/preconditions.js';
import type { Approvals } from './approvals.js';
import type { Dependencies } from './dependencies.js';
import { type Gate, gateOf } from './gates.js';
import type { Lead } from './lead.js';
import type { Planned } from './planned.js';
import type { Units } from './units.js';

/** Kinds whose units stop at a gate, and the operation behind it. */
const CUTOVERS = { migrate: 'migrate', failback: 'migrate', failover: 'failover' } as const;

export class UnitGates {
  readonly #planned: Planned;
  readonly #units: Units;
  readonly #lead: Lead;
  readonly #approvals: Approvals;
  readonly #dependencies: Dependencies;

  constructor(planned: Planned, units: Units, lead: Lead, approvals: Approvals, dependencies: Dependencies) {
    this.#planned = planned;
    this.#units = units;
    this.#lead = lead;
    this.#approvals = approvals;
    this.#dependencies = dependencies;
  }

  /** What a unit waits for before its cutover; null: nothing, or it has no gate. @param now epoch ms */
  of(id: string, now: number): Gate | null {
    const gate = this.unlessHook(id, now);
    const isHooked = gate === null && this.#isCutOver && !this.#lead.isPassed(this.#planned.get(id).at);
    return isHooked ? { waitingFor: 'dependency', until: this.#lead.lastMoment } : gate;
  }

  /** What the `dependency` is for which it waits, in words; null: that cannot be said. @param now epoch ms */
  dependencyOf(id: string, now: number): string | null {
    const { at, wave } = this.#planned.get(id);
    if (this.unlessHook(id, now) === null) return `hook beforeWave of wave ${wave}`;
    const turn = this.#planned.plan.waves[this.#lead.wave];
    if (at > this.#lead.wave && turn !== undefined) return `wave ${turn.name}`;
    return listed(this.#dependencies.unmet(id)) || null;
  }

  get #isCutOver(): boolean {
    const { kind, cutover } = this.#planned.plan;
    return cutover !== undefined && kind in CUTOVERS;
  }

  /** As {@link of}, whatever a hook before its wave has said. */
  unlessHook(id: string, now: number): Gate | null {
    const { kind, cutover } = this.#planned.plan;
    if (cutover === undefined || !(kind in CUTOVERS)) return null;
    const { at, wave } = this.#planned.get(id);
    return gateOf(
      {
        isPaused: this.#lead.paused !== null,
        isUntilSynced: this.#lead.isUntilSynced,
        isItsTurn: at <= this.#lead.wave && this.#dependencies.areMet(id),
        needsApproval: cutover.approval !== 'none' && !this.#approvals.has(id, wave),
        window: this.#lead.window,
        lastMoment: this.#lead.lastMoment,
      },
      now,
    );
  }

  /** What it failed by, or is held for, whose window is over. @param gate its own, by now */
  missed(id: string, gate: Gate | null, now: number): VmError | null {
    const { kind, destination, recovery } = this.#planned.plan;
    if (gate?.missed === undefined || !(kind in CUTOVERS)) return null;
    const site = this.#units.memoryOf(id)?.site ?? destination.site;
    const isPlanned = kind === 'failover' && recovery?.planned === true;
    const cutover = isPlanned ? 'migrate' : CUTOVERS[kind as keyof typeof CUTOVERS];
    const unit = this.#units.get(id);
    const { longest } = this.#lead;
    return longest !== null && now < Date.parse(gate.missed.closes)
      ? windowTooShort(cutover, unit, site, gate.missed, longest)
      : windowMissed(cutover, unit, site, gate.missed);
  }

  /** Where the plan says so, a window that is over is a failure; else it waits for a person. @param now epoch ms */
  failMissed(now: number): void {
    if (this.#lead.window?.missed !== 'fail') return;
    for (const id of this.#planned.ids.filter((one) => this.#units.isWaiting(one) && !this.#units.isToBeUndone(one))) {
      const error = this.missed(id, this.of(id, now), now);
      if (error !== null) this.#units.end(id, 'failed', error, now);
    }
  }

  /** What waits in a wave that a hook has refused fails by that. @param now epoch ms */
  failRefused(now: number): void {
    for (const { at, message, advice } of this.#lead.refused) {
      const waiting = (id: string): boolean => this.#units.isWaiting(id) && !this.#units.isToBeUndone(id);
      const error = { code: CODES.hookFailed, message, operation: null, taskId: null, site: null, advice };
      for (const id of this.#planned.ids)
        if (this.#planned.get(id).at === at && waiting(id)) this.#units.end(id, 'failed', error, now);
    }
  }

  /** ms until time alone changes something for a unit that waits; null: nothing does. @param now epoch ms */
  wakeIn(now: number): number | null {
    const moments = this.#planned.ids
      .filter((id) => this.#units.isWaiting(id))
      .flatMap((id) => this.of(id, now)?.until ?? []);
    return moments.length === 0 ? null : Math.max(1, Math.min(...moments) - now);
  }
}
