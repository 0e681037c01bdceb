/**
 * Where a drill stands and what follows: claim (every VM looked at and taken) → recover, group by group → hold → clean-up.
 * Pure: the workflow only carries out what {@link DrillStage.next} orders.
 */

import type { DrillProgress, SweepResult } from '../../contract/inputs.js';
import { FAILURES } from '../../contract/names.js';
import { isFinal, type VmReport } from '../../contract/report.js';
import type { Drill } from '../../plan/types.js';

export type Order =
  | { order: 'recover'; vmIds: string[]; triggeredAt: number }
  | { order: 'clean-up'; vmIds: string[] }
  /** VMs that others would not let go */
  | { order: 'skip'; vmIds: string[] }
  /** its time is over: what is recovered is cleaned up, what is not is not begun */
  | { order: 'give-up' };

export class DrillStage {
  readonly #drill: Drill;
  readonly #startedAt: number;
  #progress: DrillProgress;

  constructor(drill: Drill, startedAt: number, progress?: DrillProgress) {
    this.#drill = drill;
    this.#startedAt = startedAt;
    this.#progress = progress ?? {
      phase: 'claim',
      triggeredAt: null,
      heldUntil: null,
      group: 0,
      swept: [],
      timedOut: false,
    };
  }

  get progress(): DrillProgress {
    return this.#progress;
  }

  swept({ removed, left }: SweepResult): void {
    const { swept, notSwept = [] } = this.#progress;
    this.#progress = { ...this.#progress, swept: [...swept, ...removed], notSwept: [...notSwept, ...left] };
  }

  finish(): void {
    this.#progress = { ...this.#progress, phase: 'done' };
  }

  /**
   * A person has seen enough: the hold ends now, and the clean-up begins with what is ordered next.
   * @returns the phase in which that was said, where alone a hold ends
   */
  endHold(now: number): DrillProgress['phase'] {
    const { phase, heldUntil } = this.#progress;
    if (phase === 'hold') this.#progress = { ...this.#progress, heldUntil: Math.min(now, heldUntil ?? now) };
    return phase;
  }

  /** What is to be done now, given how the VMs are; to be asked until it orders nothing. */
  next(vms: VmReport[], open: ReadonlySet<string>, now: number): Order[] {
    const { phase } = this.#progress;
    if ((phase === 'claim' || phase === 'recover') && now >= this.#startedAt + this.#drill.timeout) {
      this.#progress = { ...this.#progress, phase: 'clean-up', timedOut: true };
      return [{ order: 'give-up' }];
    }
    switch (phase) {
      case 'claim':
        return this.#claim(vms, open, now);
      case 'recover':
        return this.#recover(vms, open, now);
      case 'hold':
        return this.#hold(vms, open, now);
      default:
        return [];
    }
  }

  /** ms until time alone changes something; null: nothing does */
  wakeIn(now: number): number | null {
    const { phase, heldUntil } = this.#progress;
    const ends = [
      phase === 'claim' ? this.#startedAt + this.#drill.waitForVms : null,
      phase === 'hold' ? heldUntil : null,
      phase === 'claim' || phase === 'recover' ? this.#startedAt + this.#drill.timeout : null,
    ].filter((at) => at !== null && at > now) as number[];
    return ends.length === 0 ? null : Math.min(...ends) - now;
  }

  /** Nothing is recovered before every VM is taken and looked at: what waits then would only make the others wait. */
  #claim(vms: VmReport[], open: ReadonlySet<string>, now: number): Order[] {
    const waiting = vms.filter((vm) => !isFinal(vm.state) && !(open.has(vm.id) && vm.step === 'ready'));
    if (waiting.length === 0) {
      this.#progress = { ...this.#progress, phase: 'recover', triggeredAt: now };
      return this.#recoverGroup(vms, now);
    }
    const refused = waiting.filter((vm) => !open.has(vm.id) && vm.error?.code === FAILURES.claimed);
    if (refused.length === 0 || now < this.#startedAt + this.#drill.waitForVms) return [];
    return [{ order: 'skip', vmIds: refused.map(({ id }) => id) }];
  }

  #recover(vms: VmReport[], open: ReadonlySet<string>, now: number): Order[] {
    const group = this.#drill.groups[this.#progress.group];
    const members = new Set(group?.vms.map(({ id }) => id));
    const isThrough = (vm: VmReport) => isFinal(vm.state) || vm.step === 'hold';
    if (!vms.filter((vm) => members.has(vm.id)).every(isThrough)) return [];
    if (this.#progress.group + 1 < this.#drill.groups.length) {
      this.#progress = { ...this.#progress, group: this.#progress.group + 1 };
      return this.#recoverGroup(vms, now);
    }
    const isAnyUp = vms.some((vm) => vm.step === 'hold' && !isFinal(vm.state));
    this.#progress = { ...this.#progress, phase: 'hold', heldUntil: isAnyUp ? now + this.#drill.hold : now };
    return this.#hold(vms, open, now);
  }

  #recoverGroup(vms: VmReport[], now: number): Order[] {
    const members = new Set(this.#drill.groups[this.#progress.group]?.vms.map(({ id }) => id));
    const ready = vms.filter((vm) => members.has(vm.id) && !isFinal(vm.state)).map(({ id }) => id);
    return [{ order: 'recover', vmIds: ready, triggeredAt: this.#progress.triggeredAt ?? now }];
  }

  #hold(vms: VmReport[], open: ReadonlySet<string>, now: number): Order[] {
    if (now < (this.#progress.heldUntil ?? now)) return [];
    this.#progress = { ...this.#progress, phase: 'clean-up' };
    return [{ order: 'clean-up', vmIds: vms.map(({ id }) => id).filter((id) => open.has(id)) }];
  }
}
