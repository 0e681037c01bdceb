/** What persons change of VMs that have not been cut over: settings, wave, whether they belong to the run at all. Pure. */
import { settingsOf, VM_CHANGES, type VmChange, whyNotOfUnit, withChange } from '../../contract/amend.js';
import { isRemoved } from '../../contract/codes.js';
import type { CarriedShard } from '../../contract/inputs.js';
import { isFinal, type VmReport } from '../../contract/report.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { removedByPerson } from '../vm/steps/left-out.js';
import { hasSucceeded } from './has-succeeded.js';
import type { Planned } from './planned.js';
import { mayBeMoved } from './retry.js';
import type { Units } from './units.js';

/** What came of it; `refused`: why nothing was done. */
export type Amended = { refused: string } | { vm: VmReport; before: Record<string, unknown> };

const RECOVERING = new Set(['migrate', 'failover', 'failback']);
const PLACING = new Set(['migrate', 'protect']);

export class Amendments {
  readonly #run: string;
  readonly #planned: Planned;
  readonly #units: Units;
  readonly #amended = new Set<string>();

  constructor(run: string, planned: Planned, units: Units) {
    this.#run = run;
    this.#planned = planned;
    this.#units = units;
  }

  /** As nothing where there is none. */
  get carried(): Pick<CarriedShard, 'amended'> {
    const amended = [...this.#amended].map((id) => {
      const { at, vm } = this.#planned.get(id);
      return { id, at, vm };
    });
    return amended.length === 0 ? {} : { amended };
  }

  /** What executions before this one have changed. */
  recall(amended: CarriedShard['amended'] = []): void {
    for (const { id, at, vm } of amended) this.#amend(id, { at, vm });
  }

  /** @throws RangeError when it has no such VM */
  change(id: string, change: VmChange): Amended {
    const refused = whyNotOfUnit(id, change) ?? this.#whyFixed(id) ?? this.#whyNot(id, change);
    if (refused !== null) return { refused };
    const { vm } = this.#planned.get(id);
    this.#amend(id, { vm: withChange(vm, change) });
    const was = settingsOf(vm);
    return { vm: this.#units.get(id), before: Object.fromEntries(keysOf(change).map((key) => [key, was[key]])) };
  }

  /** @param to index of a wave; null: out of the run @param after what the VM comes after, wherever it is @returns why not; null: it may */
  judge(id: string, to: number | null, after: string[]): string | null {
    const own = this.#units.has(id) ? (to === null ? this.#whyBegun(id) : this.#whyUnmoved(id)) : null;
    return own ?? this.#whyBehind(id, to) ?? (to === null ? null : this.#whyAhead(to, after));
  }

  /** Into the wave of that index. Judged before. @throws RangeError when it has no such VM */
  move(id: string, to: number): Amended {
    const refused = this.#whyUnmoved(id);
    if (refused !== null) return { refused };
    const before = { wave: this.#planned.get(id).wave };
    const { wave } = this.#amend(id, { at: to });
    this.#units.change(id, { wave });
    return { vm: this.#units.get(id), before };
  }

  /** Judged before. @param now epoch ms @throws RangeError when it has no such VM */
  remove(id: string, now: number): Amended {
    const refused = this.#whyBegun(id);
    if (refused !== null) return { refused };
    const vm = this.#units.get(id);
    if (!isRemoved(vm)) this.#units.end(id, 'skipped', removedByPerson(vm, this.#run), now);
    return { vm: this.#units.get(id), before: { wave: vm.wave, state: vm.state } };
  }

  #amend(id: string, change: Parameters<Planned['amend']>[1]) {
    this.#amended.add(id);
    return this.#planned.amend(id, change);
  }

  #named(id: string): string {
    return nameWithId(this.#units.get(id));
  }

  /** Why nothing of it can be changed any more. */
  #whyFixed(id: string): string | null {
    const report = this.#units.get(id);
    const name = this.#named(id);
    if (hasSucceeded(report)) return `${name} has succeeded already`;
    if (this.#units.isOpen(id))
      return `${name} is on its way with what it was begun with; it can be changed once it waits at its gate, or has failed`;
    if (this.#units.isToBeUndone(id)) return `${name} is being taken back`;
    const left = this.#units.isAtGate(id) ? { atGate: true as const } : this.#units.leftBy(id);
    return mayBeMoved(report, left) ? `${name} may have been cut over: look at it first` : null;
  }

  /** Why these of its settings cannot be changed. */
  #whyNot(id: string, { network, address, powerOn, storageProfile }: VmChange): string | null {
    const { kind } = this.#planned.plan;
    const isRecovered = [network, address, powerOn].some((one) => one !== undefined);
    if (isRecovered && !RECOVERING.has(kind))
      return `a run of kind ${kind} takes no VM down, so that network, address and powerOn have no effect`;
    if (storageProfile === undefined) return null;
    if (!PLACING.has(kind)) return `a run of kind ${kind} makes no copy, so that storageProfile has no effect`;
    const { state, replicationId, operations } = this.#units.get(id);
    const isPlaced =
      replicationId !== null || operations.some((one) => one.kind === 'start' && one.result !== 'failed');
    if (state === 'cancelled' || !isPlaced) return null;
    return (
      `the copy of ${this.#named(id)} is placed already; for another storage profile it is made anew: ` +
      `drover cancel ${this.#run} vm:${id} takes it back, then retry it so`
    );
  }

  /** Why it stays in its wave. */
  #whyUnmoved(id: string): string | null {
    const name = this.#named(id);
    if (isFinal(this.#units.get(id).state)) return `${name} has ended; drover retry ${this.#run} vm:${id} first`;
    if (this.#units.isPassing(id)) return `${name} has begun its cutover, or goes on to it by itself`;
    return this.#units.isStopped(id) || this.#units.isSkipped(id) ? `${name} was told to end` : null;
  }

  /** Why it stays in the run. */
  #whyBegun(id: string): string | null {
    const report = this.#units.get(id);
    if (isRemoved(report)) return null;
    const isNew = this.#units.isUnbegun(id) && this.#units.knownTo(id) === undefined && report.operations.length === 0;
    if (isNew) return null;
    const has = isFinal(report.state) ? 'ended' : 'begun';
    return `${this.#named(id)} has ${has}: drover skip ${this.#run} vm:${id} leaves one out with what was copied of it`;
  }

  /** Why what comes after it keeps it where it is. */
  #whyBehind(id: string, to: number | null): string | null {
    for (const [at, { name, vms }] of this.#planned.waves.entries()) {
      if (to !== null && at >= to) continue;
      // One that has ended may be tried again, and would wait for ever then.
      const isOver = (vm: VmReport): boolean => (to === null ? isFinal(vm.state) : hasSucceeded(vm));
      const behind = vms.find((vm) => vm.after.includes(id) && !isOver(this.#units.get(vm.id)));
      if (behind === undefined) continue;
      const what = to === null ? 'remove that first' : 'move that first';
      return `${this.#named(behind.id)} of wave ${name} comes after it: ${what}`;
    }
    return null;
  }

  /** Why what it comes after keeps it from an earlier wave. */
  #whyAhead(to: number, after: string[]): string | null {
    for (const id of after) {
      if (!this.#units.has(id) || hasSucceeded(this.#units.get(id))) continue;
      const { at, wave } = this.#planned.get(id);
      if (at > to) return `it comes after ${this.#named(id)}, which is of wave ${wave}: move that first`;
    }
    return null;
  }
}

const keysOf = (change: VmChange): (keyof VmChange)[] => VM_CHANGES.filter((key) => change[key] !== undefined);
