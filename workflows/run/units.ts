/**
 * The units of a run or drill: what each has said last, which of them have a workflow, and what the next workflow of each must
 * know. Pure, and kept by sets of ids rather than counters, so that a word that comes twice, or after a continue-as-new, counts
 * once.
 */

import type { CarriedUnit, Held, LeftUnit } from '../../contract/inputs.js';
import { iso } from '../../contract/moment.js';
import { type Hold, isFinal, type VmError, type VmReport } from '../../contract/report.js';
import type { UnitMemory, UnitWord } from '../../contract/unit.js';
import { isUnnamed } from '../../contract/vm-identity.js';
import type { SeenCopy, WaitingCopy } from '../../contract/waiting-copies.js';
import { skippedByPerson } from '../vm/steps/left-out.js';
import { MOST, withinBudget } from './cut-rows.js';
import { noMemory, withNumbers } from './retry.js';
import { inUse } from './unbegun.js';

/** A copy that waits, and what its last workflow has left. */
export interface CopyAtGate extends WaitingCopy {
  memory: UnitMemory;
}

type OnItsWay = Pick<UnitWord, 'run' | 'unit' | 'revision' | 'report'>;

/** Ways in which a unit ends by its run's word, without a workflow of its own that could say so. */
type Ended = 'failed' | 'skipped' | 'cancelled';

export class Units {
  readonly #run: string;
  /** where replications live, and the other site, as long as nothing else is known */
  readonly #places: { site: string; peer: string };
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
  /** those that a person wants left out, with what was copied */
  readonly #skipped: Set<string>;
  /** of those that have ended and have not succeeded, what they have left */
  readonly #left: Map<string, LeftUnit>;
  /** of those that are tried again from their start */
  readonly #again: Map<string, UnitMemory>;
  /** those that others were seen to have */
  readonly #claimed = new Set<string>();
  /** those that have ended, and whose evidence the store does not have */
  readonly #unkept: Set<string>;
  /** those that are open and go on to their cutover by themselves */
  readonly #passing: Set<string>;
  /** of those that are open, when the last was heard of each: epoch ms */
  readonly #heardAt: Map<string, number>;
  /** of those that are open, what only a person can lift */
  readonly #holds: Map<string, Held>;

  constructor(
    run: string,
    reports: VmReport[],
    { open, units, unkept }: { open: string[]; units: CarriedUnit[]; unkept: string[] },
    places: { site: string; peer: string } = { site: '', peer: '' },
  ) {
    this.#run = run;
    this.#places = places;
    this.#reports = new Map(reports.map((report) => [report.id, report]));
    this.#open = new Set(open);
    this.#unkept = new Set(unkept);
    this.#revisions = new Map(units.map(({ id, revision }) => [id, revision]));
    this.#memories = new Map(units.flatMap(({ id, memory }) => (memory === undefined ? [] : [[id, memory] as const])));
    this.#heardAt = new Map(
      units.flatMap(({ id, heardAt }) => (heardAt === undefined ? [] : [[id, heardAt] as const])),
    );
    this.#holds = new Map(units.flatMap(({ id, held }) => (held === undefined ? [] : [[id, held] as const])));
    this.#passing = new Set(units.flatMap(({ id, passes }) => (passes === true ? [id] : [])));
    const stopped = units.flatMap(({ id, stopped: isStopped }) => (isStopped === true ? [id] : []));
    this.#stopped = new Set(stopped);
    this.#skipped = new Set(units.flatMap(({ id, skipped }) => (skipped === true ? [id] : [])));
    this.#left = new Map(units.flatMap(({ id, left }) => (left === undefined ? [] : [[id, left] as const])));
    this.#again = new Map(units.flatMap(({ id, again }) => (again === undefined ? [] : [[id, again] as const])));
    this.#undo = new Set(stopped.filter((id) => this.#memories.has(id) && !this.#open.has(id)));
  }

  get carried(): { vms: VmReport[]; open: string[]; units: CarriedUnit[]; unkept: string[] } {
    const known = new Set([...this.#revisions.keys(), ...this.#left.keys(), ...this.#skipped]);
    const units = [...known].map((id): CarriedUnit => {
      const revision = this.revisionOf(id);
      const memory = this.#memories.get(id);
      const stopped = this.#stopped.has(id) ? ({ stopped: true } as const) : {};
      const skipped = this.#skipped.has(id) ? ({ skipped: true } as const) : {};
      const [left, again] = [this.#left.get(id), this.#again.get(id)];
      const [heardAt, held] = [this.#heardAt.get(id), this.#holds.get(id)];
      return {
        id,
        revision,
        ...(memory === undefined ? {} : { memory }),
        ...stopped,
        ...skipped,
        ...(left === undefined ? {} : { left }),
        ...(again === undefined ? {} : { again }),
        ...(this.#passing.has(id) ? { passes: true as const } : {}),
        ...(heardAt === undefined ? {} : { heardAt }),
        ...(held === undefined ? {} : { held }),
      };
    });
    const vms = withinBudget(this.all, (id) => this.isKept(id), MOST.carried);
    return { vms, open: this.open, units, unkept: [...this.#unkept] };
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

  /** What the next workflow of it must know; undefined: it is the first. */
  knownTo(id: string): UnitMemory | undefined {
    return this.#memories.get(id) ?? this.#again.get(id);
  }

  /** What one that has ended has left; undefined: nothing, or it has succeeded. */
  leftBy(id: string): LeftUnit | undefined {
    return this.#left.get(id);
  }

  /** A person wants it left out. @returns whether its workflow must be told; else it has ended. @param now epoch ms */
  skip(id: string, now: number): boolean {
    this.#skipped.add(id);
    if (this.#open.has(id)) return true;
    this.#leaveOut(id, now);
    return false;
  }

  isSkipped(id: string): boolean {
    return this.#skipped.has(id);
  }

  #leaveOut(id: string, now: number): void {
    this.end(id, 'skipped', skippedByPerson(this.get(id), this.#run), now);
  }

  /** One that has ended is tried again: from its gate where its copy was complete, else from its start. */
  retry(id: string): void {
    const left = this.#left.get(id);
    for (const set of [this.#stopped, this.#skipped, this.#undo, this.#unkept]) set.delete(id);
    this.#left.delete(id);
    if (left?.atGate === true) this.#memories.set(id, left.memory);
    else if (left !== undefined) this.#again.set(id, left.memory);
    const step = left?.atGate === true ? 'gate' : 'queued';
    if (this.get(id).state === 'cancelled') this.change(id, { replicationId: null });
    const anew = { state: 'waiting', step, waitingFor: null, error: null, finishedAt: null, retrying: null } as const;
    this.change(id, anew);
  }

  /** What one that has ended has begun is to be taken back after all. */
  takeBack(id: string): void {
    const { notes = [], error } = this.get(id);
    const left = this.#left.get(id);
    this.retry(id);
    this.#again.delete(id);
    if (left !== undefined) this.#memories.set(id, left.memory);
    this.#stopped.add(id);
    this.#undo.add(id);
    // How it had ended is told all the same.
    if (error !== null) this.change(id, { notes: [...notes, error.message] });
  }

  /** @param said by its own last word; undefined: it has said none */
  #leave(id: string, said: UnitMemory | undefined, wasOpen: boolean): void {
    const report = this.get(id);
    const gate = this.#memories.get(id);
    const memory = said ?? gate ?? this.#again.get(id);
    if (memory === undefined && !wasOpen) return;
    const known = withNumbers(memory ?? noMemory(this.#places), report, !wasOpen || said !== undefined);
    // What it had begun is taken back, and only its numbers are used.
    const isGone = report.state === 'cancelled' || this.#undo.has(id);
    const { numbers, clocks, earlier } = known;
    const kept = isGone ? { ...noMemory(this.#places), numbers, clocks, earlier } : known;
    this.#left.set(id, { memory: kept, ...(gate === undefined || isGone ? {} : { atGate: true as const }) });
  }

  revisionOf(id: string): number {
    return this.#revisions.get(id) ?? 0;
  }

  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  /** When the last was heard of one that is open: epoch ms; undefined: it is not open. */
  heardAt(id: string): number | undefined {
    return this.#heardAt.get(id);
  }

  /** What only a person can lift of one that is open; undefined: nothing. */
  holdOf(id: string): Hold | undefined {
    return this.#holds.get(id)?.hold;
  }

  held(id: string, held: Held): void {
    if (this.#open.has(id)) this.#holds.set(id, held);
  }

  /** A person has said `resume`. @param at epoch ms */
  lift(at: number): void {
    for (const [id, { askedAt }] of this.#holds) if (askedAt < at) this.#holds.delete(id);
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

  /** Open, and on its way to its cutover, or in it: it asks its run no more. */
  isPassing(id: string): boolean {
    return this.#passing.has(id);
  }

  /** A workflow is begun for it. @param now epoch ms @param passes it goes on to its cutover by itself */
  started(id: string, now: number, passes = false): void {
    this.#open.add(id);
    if (passes) this.#passing.add(id);
    this.#heardAt.set(id, now);
    this.#claimed.delete(id);
    this.#revisions.set(id, this.revisionOf(id) + 1);
    this.#forgetLook(id);
    const { step, startedAt } = this.get(id);
    this.change(id, {
      state: 'running',
      step: step === 'queued' ? 'start' : step,
      waitingFor: null,
      error: null,
      startedAt: startedAt ?? iso(now),
    });
  }

  /** Those that stand at their gate with a copy. */
  get copiesAtGate(): CopyAtGate[] {
    return [...this.#memories].flatMap(([id, memory]) => {
      const { name, replicationId } = this.get(id);
      return replicationId === null || !this.isAtGate(id) ? [] : [{ vm: { id, name }, replicationId, memory }];
    });
  }

  /** Its copy, while it waits: it has no workflow that could say so. @param now epoch ms */
  sawCopy({ unit: id, lagSeconds, delta, trouble }: SeenCopy, now: number): void {
    if (!this.#reports.has(id) || !this.isAtGate(id)) return;
    const before = this.get(id).retrying ?? null;
    const since = before !== null && before.code === trouble?.code ? before.since : iso(now);
    const retrying = trouble === null ? null : { ...trouble, since, tries: null, until: null };
    this.change(id, { copy: { lagSeconds, ...(delta && { delta }), seenAt: iso(now) }, retrying });
  }

  /** Another run or drill has the VM: it waits, and says for whom. @param now epoch ms */
  blocked(id: string, holder: string, now: number): void {
    this.#close(id);
    // Asked to stop while it was about to begin: there is nobody whom the word could have reached.
    if (this.#skipped.has(id)) return this.#leaveOut(id, now);
    if (this.#stopped.has(id)) this.#giveBack(id, now);
    if (this.#stopped.has(id) && !this.#undo.has(id)) return;
    this.#claimed.add(id);
    this.change(id, { state: 'waiting', waitingFor: 'claim', error: inUse(holder) });
  }

  /** Takes what an open unit says of itself on its way. @param now epoch ms */
  heard(word: OnItsWay, now: number): void {
    if (!this.#isOfOpen(word)) return;
    this.#take(word);
    this.#heardAt.set(word.unit, now);
  }

  /** @returns whether it knows its wave: a person may have moved it to another since its workflow began */
  #take({ unit: id, report }: Pick<UnitWord, 'unit' | 'report'>): boolean {
    const { wave } = this.get(id);
    this.#reports.set(id, { ...report, wave });
    return report.wave === wave;
  }

  #close(id: string): void {
    this.#open.delete(id);
    this.#passing.delete(id);
    this.#heardAt.delete(id);
    this.#holds.delete(id);
  }

  /** Takes the last word of a unit's workflow; false when it was known, or says nothing. @param now epoch ms */
  said(word: UnitWord, now: number): boolean {
    if (!this.#isOfOpen(word)) return false;
    const { unit: id, report, memory, claimedBy, kept } = word;
    this.#close(id);
    const isOfWave = this.#take(word);
    if (memory === null) {
      if (report.state !== 'succeeded') this.#leave(id, word.left, true);
      this.#forget(id);
      // What it has kept of itself is of another wave.
      if (!kept || !isOfWave) this.#unkept.add(id);
    }
    // One that has begun nothing, or is tried again from its start, begins from there again.
    const isAnew = claimedBy !== null && (memory?.begun == null || this.#again.has(id));
    if (memory !== null && !isAnew) {
      this.#memories.set(id, memory);
      this.#again.delete(id);
    }
    if (claimedBy !== null) this.blocked(id, `run ${claimedBy}`, now);
    else if (memory !== null && this.#skipped.has(id)) this.#leaveOut(id, now);
    else if (memory !== null && this.#stopped.has(id)) this.#giveBack(id, now);
    return true;
  }

  /** A word of another run, of a stranger, or of an earlier workflow of the unit says nothing. */
  #isOfOpen({ run, unit, revision }: Pick<UnitWord, 'run' | 'unit' | 'revision'>): boolean {
    return run === this.#run && this.#open.has(unit) && revision === this.#revisions.get(unit);
  }

  /** A person wants it no more. One that has a workflow must be told; else it ends, or is to be taken back. @param now epoch ms */
  stop(id: string, now: number): void {
    // Whoever cancels what was left out wants that gone as well.
    this.#skipped.delete(id);
    this.#stopped.add(id);
    if (this.isWaiting(id)) this.#giveBack(id, now);
  }

  #giveBack(id: string, now: number): void {
    const memory = this.knownTo(id);
    const hasActed = memory !== undefined && this.get(id).operations.length > 0;
    if (!hasActed) return this.end(id, 'cancelled', null, now);
    this.#memories.set(id, memory);
    this.#undo.add(id);
    this.change(id, { state: 'waiting', waitingFor: null, error: null });
  }

  /** It ends without a workflow that could say so. @param now epoch ms */
  end(id: string, state: Ended, error: VmError | null, now: number): void {
    this.#leave(id, undefined, this.#open.has(id));
    this.#close(id);
    this.#forget(id);
    this.#forgetLook(id);
    this.#unkept.add(id);
    const finishedAt = iso(now);
    this.change(id, { state, step: 'done', waitingFor: null, finishedAt, error });
  }

  /** What was seen of its copy while it waited. */
  #forgetLook(id: string): void {
    const { copy, retrying: _, ...report } = this.get(id);
    if (copy !== undefined) this.#reports.set(id, report);
  }

  #forget(id: string): void {
    this.#memories.delete(id);
    this.#undo.delete(id);
    this.#claimed.delete(id);
    this.#again.delete(id);
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
