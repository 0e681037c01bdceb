/**
 * The units of a run or drill: what each has said last, which of them have a workflow, and what the next workflow of each must
 * know. Pure, and kept by sets of ids rather than counters, so that a word that comes twice, or after a continue-as-new, counts
 * once.
 */

import type { CarriedUnit } from '../../contract/inputs.js';
import { iso } from '../../contract/moment.js';
import { isFinal, type VmError, type VmReport } from '../../contract/report.js';
import type { UnitMemory, UnitWord } from '../../contract/unit.js';
import { isUnnamed } from '../../contract/vm-identity.js';
import { inUse } from './unbegun.js';

type OnItsWay = Pick<UnitWord, 'run' | 'unit' | 'revision' | 'report'>;

/** Ways in which a unit ends by its run's word, without a workflow of its own that could say so. */
type Ended = 'failed' | 'skipped' | 'cancelled';

export class Units {
  readonly #run: string;
  readonly #reports: Map<string, VmReport>;
  readonly #open: Set<string>;
  /** how many workflows were begun for a unit */
  readonly #revisions: Map<string, number>;
  /** what the last workflow of a unit has left for the next: it stands at its gate, or has passed it */
  readonly #memories: Map<string, UnitMemory>;
  /** those that a person wants no more */
  readonly #stopped: Set<string>;
  /** those of them that stand at their gate, and are to be taken back */
  readonly #undo: Set<string>;
  /** those that others were seen to have */
  readonly #claimed = new Set<string>();
  /** those that have ended, and whose evidence the store does not have */
  readonly #unkept: Set<string>;

  constructor(
    run: string,
    reports: VmReport[],
    { open, units, unkept }: { open: string[]; units: CarriedUnit[]; unkept: string[] },
  ) {
    this.#run = run;
    this.#reports = new Map(reports.map((report) => [report.id, report]));
    this.#open = new Set(open);
    this.#unkept = new Set(unkept);
    this.#revisions = new Map(units.map(({ id, revision }) => [id, revision]));
    this.#memories = new Map(units.flatMap(({ id, memory }) => (memory === undefined ? [] : [[id, memory] as const])));
    const stopped = units.flatMap(({ id, stopped: isStopped }) => (isStopped === true ? [id] : []));
    this.#stopped = new Set(stopped);
    this.#undo = new Set(stopped.filter((id) => this.#memories.has(id) && !this.#open.has(id)));
  }

  get carried(): { vms: VmReport[]; open: string[]; units: CarriedUnit[]; unkept: string[] } {
    const units = [...this.#revisions].map(([id, revision]): CarriedUnit => {
      const memory = this.#memories.get(id);
      const stopped = this.#stopped.has(id) ? ({ stopped: true } as const) : {};
      return { id, revision, ...(memory === undefined ? {} : { memory }), ...stopped };
    });
    return { vms: this.all, open: this.open, units, unkept: [...this.#unkept] };
  }

  /** In the plan's order. */
  get all(): VmReport[] {
    return [...this.#reports.values()];
  }

  get open(): string[] {
    return [...this.#open];
  }

  has(id: string): boolean {
    return this.#reports.has(id);
  }

  /** @throws RangeError when the run has no such unit */
  get(id: string): VmReport {
    const report = this.#reports.get(id);
    if (report === undefined) throw new RangeError(`run ${this.#run} has no VM ${id}`);
    return report;
  }

  memoryOf(id: string): UnitMemory | undefined {
    return this.#memories.get(id);
  }

  revisionOf(id: string): number {
    return this.#revisions.get(id) ?? 0;
  }

  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  isStopped(id: string): boolean {
    return this.#stopped.has(id);
  }

  isClaimed(id: string): boolean {
    return this.#claimed.has(id);
  }

  /** Its own workflow has left its evidence, and nothing has changed since. */
  isKept(id: string): boolean {
    return !this.#unkept.has(id);
  }

  /** Neither ended nor open. */
  isWaiting(id: string): boolean {
    return !this.#open.has(id) && !isFinal(this.get(id).state);
  }

  isToBeUndone(id: string): boolean {
    return this.#undo.has(id) && this.isWaiting(id);
  }

  isAtGate(id: string): boolean {
    return this.isWaiting(id) && this.#memories.has(id) && !this.#undo.has(id);
  }

  isUnbegun(id: string): boolean {
    return this.isWaiting(id) && !this.#memories.has(id);
  }

  get toBeUndone(): string[] {
    return [...this.#undo].filter((id) => this.isWaiting(id));
  }

  /** A workflow is begun for it. @param now epoch ms */
  started(id: string, now: number): void {
    this.#open.add(id);
    this.#claimed.delete(id);
    this.#revisions.set(id, this.revisionOf(id) + 1);
    const { step, startedAt } = this.get(id);
    this.change(id, {
      state: 'running',
      step: step === 'queued' ? 'start' : step,
      waitingFor: null,
      error: null,
      startedAt: startedAt ?? iso(now),
    });
  }

  /** Another run or drill has the VM: it waits, and says for whom. @param now epoch ms */
  blocked(id: string, holder: string, now: number): void {
    this.#open.delete(id);
    // Asked to stop while it was about to begin: there is nobody whom the word could have reached.
    if (this.#stopped.has(id)) this.#giveBack(id, now);
    if (this.#stopped.has(id) && !this.#undo.has(id)) return;
    this.#claimed.add(id);
    this.change(id, { state: 'waiting', waitingFor: 'claim', error: inUse(holder) });
  }

  /** Takes what an open unit says of itself on its way. */
  heard(word: OnItsWay): void {
    if (this.#isOfOpen(word)) this.#reports.set(word.unit, word.report);
  }

  /** Takes the last word of a unit's workflow; false when it was known, or says nothing. @param now epoch ms */
  said(word: UnitWord, now: number): boolean {
    if (!this.#isOfOpen(word)) return false;
    const { unit: id, report, memory, claimedBy, kept } = word;
    this.#open.delete(id);
    this.#reports.set(id, report);
    if (memory === null) {
      this.#forget(id);
      if (!kept) this.#unkept.add(id);
    }
    // One that has begun nothing begins from its start again.
    if (memory !== null && (claimedBy === null || memory.begun !== null)) this.#memories.set(id, memory);
    if (claimedBy !== null) this.blocked(id, `run ${claimedBy}`, now);
    else if (memory !== null && this.#stopped.has(id)) this.#giveBack(id, now);
    return true;
  }

  /** A word of another run, of a stranger, or of an earlier workflow of the unit says nothing. */
  #isOfOpen({ run, unit, revision }: Pick<UnitWord, 'run' | 'unit' | 'revision'>): boolean {
    return run === this.#run && this.#open.has(unit) && revision === this.#revisions.get(unit);
  }

  /** A person wants it no more. One that has a workflow must be told; else it ends, or is to be taken back. @param now epoch ms */
  stop(id: string, now: number): void {
    this.#stopped.add(id);
    if (this.isWaiting(id)) this.#giveBack(id, now);
  }

  #giveBack(id: string, now: number): void {
    const hasActed = this.#memories.has(id) && this.get(id).operations.length > 0;
    if (!hasActed) return this.end(id, 'cancelled', null, now);
    this.#undo.add(id);
    this.change(id, { state: 'waiting', waitingFor: null, error: null });
  }

  /** It ends without a workflow that could say so. @param now epoch ms */
  end(id: string, state: Ended, error: VmError | null, now: number): void {
    this.#open.delete(id);
    this.#forget(id);
    this.#unkept.add(id);
    const finishedAt = iso(now);
    this.change(id, { state, step: 'done', waitingFor: null, finishedAt, error });
  }

  #forget(id: string): void {
    this.#memories.delete(id);
    this.#undo.delete(id);
    this.#claimed.delete(id);
  }

  /** A VM that the plan gives no name is called by the one that its site tells; what the plan calls it stands. */
  called(id: string, name: string): void {
    const report = this.#reports.get(id);
    if (report !== undefined && isUnnamed(report)) this.change(id, { name });
  }

  change(id: string, change: Partial<VmReport>): void {
    this.#reports.set(id, { ...this.get(id), ...change });
  }
}
