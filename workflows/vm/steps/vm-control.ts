/**
 * One VM's workflow as others see and steer it: its report, what people and the site told it, and the waiting for both.
 * Registers every message handler when made, so that nothing said at the start is missed.
 */
import { CancellationScope, condition, getExternalWorkflowHandle, log, setHandler, sleep } from '@temporalio/workflow';
import type { Duration } from '../../../contract/evidence.js';
import { isGrant, isNotice, isOrders, isProceed, isTrouble } from '../../../contract/guards.js';
import {
  operationEndedSignal,
  operationTroubledSignal,
  ordersSignal,
  type Proceed,
  proceedSignal,
  slotGrantedSignal,
  unitNamedSignal,
  unitReadySignal,
  type VmInput,
  vmReportQuery,
} from '../../../contract/messages.js';
import {
  type Notice,
  type OperationKind,
  type OperationTrouble,
  type SlotKind,
  type VmRef,
  watchKey,
} from '../../../contract/operation.js';
import type { EarlierRuns } from '../../../contract/questions.js';
import {
  type Hold,
  type OperationRecord,
  untouched,
  type VmError,
  type VmReport,
  type VmStep,
  type WaitingFor,
} from '../../../contract/report.js';
import { type ClockOffset, narrowed } from '../../../contract/site-clock.js';
import type { BegunCopy, Orders, UnitMemory } from '../../../contract/unit.js';
import { isUnnamed } from '../../../contract/vm-identity.js';
import { endedWorkflows } from '../../activities.js';
import { hear } from '../../hear.js';
import { durationsOf } from './durations.js';
import { Holding } from './holding.js';
import { LONGEST_UNHEARD, Patience } from './look-until.js';
import { signalIfOpen } from './signal-if-open.js';
import { Slots } from './slots.js';
import { Stopped } from './step-errors.js';

export class VmControl {
  readonly input: VmInput;
  readonly report: VmReport;
  readonly #notices = new Map<string, Notice>();
  readonly #slots = new Slots(this);
  readonly #holding = new Holding(this);
  readonly #attempts: Map<OperationKind, number>;
  readonly #stopListeners = new Set<() => void>();
  readonly #told = new Map<Proceed['to'], Proceed>();
  #orders: Omit<Orders, 'unit'>;
  #resumedAt: number;
  #stopRequested: boolean;
  #ignoresStop: 'no' | 'unless-held' | 'always' = 'no';
  /** when nothing is awaited any more: epoch ms */
  #until = Number.POSITIVE_INFINITY;
  #site: string;
  #peer: string;
  #vmIdNow: string | null;
  readonly #clocks: Map<string, ClockOffset>;
  /** under which this run goes on with the replication that it made or took over, its own first; null: it uses any */
  marks: string[] | null;
  /** what runs before this one know of the VM; null: not asked for yet */
  earlier: EarlierRuns | null;
  /** the start that was accepted, by this workflow of the unit or one before */
  begun: BegunCopy | null;
  /** the site that its replication was last seen to go to; null: not seen, or it does not tell */
  towards: string | null;
  /** what the last look at a copy that was fit has seen of it; null: none was */
  looked: string | null = null;
  /** what a person must know of a VM that is held, besides why */
  whenHeld: () => Promise<void> = async () => {};

  constructor(input: VmInput) {
    this.input = input;
    const { known, orders } = input;
    const { memory } = known ?? {};
    const report = known?.report ?? { ...untouched(input.vm, input.wave), startedAt: iso(Date.now()) };
    this.report = { ...report, state: 'running', waitingFor: null };
    this.#orders = orders;
    this.#resumedAt = orders.resumedAt;
    this.#stopRequested = orders.stop;
    this.#site = memory?.site ?? input.destination.site;
    this.#peer = memory?.peer ?? input.source;
    this.towards = memory?.towards ?? null;
    this.#vmIdNow = memory?.vmIdNow ?? null;
    this.#attempts = new Map(Object.entries(memory?.numbers ?? {}) as [OperationKind, number][]);
    this.#clocks = new Map(Object.entries(memory?.clocks ?? {}));
    this.earlier = memory?.earlier ?? null;
    this.begun = memory?.begun ?? null;
    this.marks = memory?.marks ?? null;
    this.#listen();
  }

  /** For the next workflow of the unit. */
  get memory(): UnitMemory {
    return {
      numbers: Object.fromEntries(this.#attempts),
      site: this.#site,
      peer: this.#peer,
      towards: this.towards,
      vmIdNow: this.#vmIdNow,
      clocks: Object.fromEntries(this.#clocks),
      earlier: this.earlier,
      begun: this.begun,
      marks: this.marks,
    };
  }

  #listen(): void {
    hear(operationEndedSignal, isNotice, (notice) => {
      const key = watchKey(notice);
      if (!this.#notices.has(key)) this.#notices.set(key, notice);
      this.report.retrying = null;
    });
    hear(operationTroubledSignal, isTrouble, (said) => this.#retry(said));
    hear(slotGrantedSignal, isGrant, ({ run, slot }) => {
      if (run === this.input.run) this.#slots.granted(slot);
    });
    hear(ordersSignal, isOrders, (orders) => this.#take(orders));
    hear(proceedSignal, isProceed, ({ run, unit, proceed }) => {
      if (this.#isMeant({ run, unit })) this.#told.set(proceed.to, proceed);
    });
    setHandler(vmReportQuery, () => ({ ...this.report, hold: this.#holding.reason }));
    // Temporal's own cancellation means the same as Drover's; the steps themselves run in a scope that it cannot break.
    CancellationScope.current().cancelRequested.catch(() => this.#stop());
  }

  /** The same VM may be another run's by now: what that one is told is not for this. */
  #isMeant({ run, unit }: { run: string; unit: string }): boolean {
    const isIt = run === this.input.run && unit === this.input.vm.id;
    if (!isIt) log.warn('a message for another run was dropped', { run });
    return isIt;
  }

  #take(orders: Orders): void {
    if (!this.#isMeant(orders) || orders.revision < this.#orders.revision) return;
    this.#orders = orders;
    this.#resumedAt = Math.max(this.#resumedAt, orders.resumedAt);
    this.#holding.resumed(this.#resumedAt);
    if (orders.stop) this.#stop();
  }

  /** What a site's watcher says of an operation that is open; what has ended since is in nobody's way. */
  #retry({ operationId, phase, trouble }: OperationTrouble): void {
    if (this.#notices.has(watchKey({ operationId, phase }))) return;
    const at = (moment: number | null) => (moment === null ? null : iso(moment));
    this.report.retrying =
      trouble === null
        ? null
        : {
            ...trouble,
            since: iso(trouble.since),
            tries: null,
            until: at(trouble.until) ?? this.report.undoneBy ?? null,
          };
  }

  #stop(): void {
    this.#stopRequested = true;
    // What is being undone, or brought to its end, is not broken off, however often it is said.
    if (!this.isStopRequested) return;
    for (const listener of this.#stopListeners) listener();
  }

  get parentHandle() {
    return getExternalWorkflowHandle(this.input.parent);
  }

  get resumedAt(): number {
    return this.#resumedAt;
  }

  /** where the replication lives */
  get site(): string {
    return this.#site;
  }

  /** the other site */
  get peer(): string {
    return this.#peer;
  }

  get isStopRequested(): boolean {
    return (this.#stopRequested && this.#ignoresStop === 'no') || (this.isUndone && this.isTimeOver);
  }

  /** No end of an operation is awaited any more; what is under way goes on at its site. */
  get isTimeOver(): boolean {
    return Date.now() >= this.#until;
  }

  /** ms until then; Infinity: it is awaited for as long as it takes */
  get timeLeft(): number {
    return this.#until - Date.now();
  }

  /** Whether a stop ends even the wait for a person. */
  get endsHold(): boolean {
    return this.isStopRequested || (this.#stopRequested && !this.isUndone);
  }

  /** The steps undo by themselves what they have begun, as those of a drill do, or have done so. */
  get isUndone(): boolean {
    return this.#ignoresStop === 'always';
  }

  get isPaused(): boolean {
    return this.#orders.paused;
  }

  /** moment after which its cutover must not be sent, epoch ms; null: none */
  get notAfter(): number | null {
    return this.#orders.notAfter;
  }

  /** VCDA's id of the VM after a reverse; null: as the plan names it */
  get vmIdNow(): string | null {
    return this.#vmIdNow;
  }

  /** VCDA's ids of the VM: the plan's, and those that recoveries of this run and of earlier ones gave it. */
  get ids(): string[] {
    const { vm } = this.input;
    const now = this.#vmIdNow === null ? [] : [this.#vmIdNow];
    return [vm.id, ...now, ...(this.report.recoveredAs ?? []), ...(this.earlier?.vmIds ?? [])];
  }

  /** After a reverse, the recovered VM is the one that is replicated. */
  useVmId(vmId: string | null): void {
    this.#vmIdNow = vmId;
  }

  /** Kept for later runs, which know the VM by it after a reverse. */
  recoveredAs(vmId: string | null): void {
    const known = this.report.recoveredAs ?? [];
    if (vmId !== null && !known.includes(vmId)) this.report.recoveredAs = [...known, vmId];
  }

  /** The replication lives at another site now, as after a reverse. */
  moveTo(where: { site: string; peer: string }): void {
    this.#site = where.site;
    this.#peer = where.peer;
  }

  /**
   * From now on neither a stop nor a pause ends or delays anything: what has begun is brought to its end. `unless-held`: a
   * stop still ends the wait for a person; `always`: not even that.
   */
  ignoreStop(how: 'unless-held' | 'always'): void {
    this.#ignoresStop = how;
  }

  /** @param until the end of what it has under way is not awaited for longer: epoch ms */
  endBy(until: number): void {
    this.#until = until;
  }

  /** From now on what was begun is undone: no stop reaches that. @param until it is given up then, as by a stop: epoch ms */
  async undoBy<T>(until: number, undo: () => Promise<T>): Promise<T> {
    this.ignoreStop('always');
    this.endBy(until);
    this.report.undoneBy = iso(until);
    const over = new CancellationScope();
    const given = over.run(async () => {
      await sleep(Math.max(1, until - Date.now()));
      for (const listener of this.#stopListeners) listener();
    });
    given.catch(() => {});
    try {
      return await undo();
    } finally {
      over.cancel();
      delete this.report.undoneBy;
      this.endBy(Number.POSITIVE_INFINITY);
    }
  }

  /** The VM as texts call it. */
  get ref(): VmRef {
    const { id, name } = this.report;
    return { id, name };
  }

  /** A VM that the plan gives no name is called by the one that its site tells, here and by its run. */
  async callBy(name: string | null | undefined): Promise<void> {
    if (name == null || !isUnnamed(this.report) || name === this.report.id) return;
    this.report.name = name;
    const { run, vm } = this.input;
    await signalIfOpen(this.parentHandle, unitNamedSignal, { run, unit: vm.id, name });
  }

  /** Something that a stop or a pause must not leave half done; it ends or delays what comes afterwards. */
  async toItsEnd<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#ignoresStop;
    if (before === 'no') this.#ignoresStop = 'unless-held';
    try {
      return await work();
    } finally {
      this.#ignoresStop = before;
    }
  }

  /** What a site's clock was seen to be ahead of ours; measured again and again, it is known ever better. */
  noteClock(site: string, seen: ClockOffset | null | undefined): void {
    const known = narrowed(this.clockOf(site), seen ?? null);
    if (known !== null) this.#clocks.set(site, known);
  }

  /** null: not known */
  clockOf(site: string): ClockOffset | null {
    return this.#clocks.get(site) ?? null;
  }

  /** The number in the next operation id of a kind; never used twice by this VM in this run. */
  nextAttempt(kind: OperationKind): number {
    const next = (this.#attempts.get(kind) ?? 0) + 1;
    this.#attempts.set(kind, next);
    return next;
  }

  enter(step: VmStep): void {
    this.report.step = step;
  }

  notice(operationId: string, phase: Notice['phase']): Notice | undefined {
    return this.#notices.get(watchKey({ operationId, phase }));
  }

  /** Calls back once when a stop is asked for; returns the undoing. */
  onStop(listener: () => void): () => void {
    this.#stopListeners.add(listener);
    // What was asked for before anybody listened is not asked for again.
    if (this.isStopRequested) listener();
    return () => this.#stopListeners.delete(listener);
  }

  /** @returns false when `timeout` ms passed first. @throws Stopped */
  async waitFor(reason: WaitingFor | null, isOver: () => boolean, timeout?: number): Promise<boolean> {
    if (isOver()) return true;
    this.report.state = 'waiting';
    this.report.waitingFor = reason;
    try {
      const over = () => isOver() || this.isStopRequested;
      if (timeout === undefined) await condition(over);
      else if (!(await condition(over, timeout))) return false;
    } finally {
      this.report.state = 'running';
      this.report.waitingFor = null;
    }
    if (this.isStopRequested) throw new Stopped();
    return true;
  }

  /** Waits at most `timeout` ms while an operation runs: the VM counts as running, not as waiting. */
  async waitQuietly(isOver: () => boolean, timeout: number): Promise<void> {
    await condition(isOver, timeout);
  }

  /** Holds while the run is paused. @throws Stopped */
  async whenAllowed(): Promise<void> {
    if (this.isStopRequested) throw new Stopped();
    await this.waitFor('pause', () => !this.isPaused || this.#ignoresStop !== 'no');
  }

  /** Tells the drill that this VM has come to the end of a phase. */
  async tellReady(step: VmStep): Promise<void> {
    this.report.step = step;
    const { run, vm, revision } = this.input;
    await signalIfOpen(this.parentHandle, unitReadySignal, { run, unit: vm.id, revision, report: this.report });
  }

  /**
   * What the drill said to let this VM go on; null when it is over, so that nobody will.
   * @throws Stopped
   */
  async whenTold<To extends Proceed['to']>(to: To): Promise<Extract<Proceed, { to: To }> | null> {
    const patience = new Patience(this.input.selfCheck);
    for (;;) {
      const timeout = Math.min(patience.next(), LONGEST_UNHEARD);
      if (await this.waitFor('dependency', () => this.#told.has(to), timeout)) break;
      if ((await endedWorkflows([this.input.parent])).length > 0) return null;
    }
    return this.#told.get(to) as Extract<Proceed, { to: To }>;
  }

  /**
   * Tells the run why nothing goes on here, and waits until a person says `resume`.
   * @param askedAt the last `resume` that the site was asked after
   * @param isOver ends the hold as well; with it, a stop does not: what runs at the site is brought to its end
   * @throws Stopped @throws Unattended
   */
  holdFor(reason: Hold, askedAt: number, isOver?: () => boolean): Promise<void> {
    return this.#holding.until(reason, askedAt, isOver);
  }

  /**
   * @param isGivenUp ends the wait as well
   * @returns false when `timeout` ms passed first, or it was given up; the request is withdrawn then. @throws Stopped
   */
  takeSlot(slot: SlotKind, timeout?: number, isGivenUp?: () => boolean): Promise<boolean> {
    return this.#slots.take(slot, timeout, isGivenUp);
  }

  giveSlot(slot: SlotKind): Promise<void> {
    return this.#slots.give(slot);
  }

  record(operation: OperationRecord): OperationRecord {
    this.report.operations.push(operation);
    return operation;
  }

  /** How long its operations took; of one that was found at the site nobody knows. */
  durations(): Duration[] {
    return durationsOf(this.report.operations, this.#site);
  }

  /** Something that a person may not expect, and that keeps nothing from going on; null: nothing. */
  note(text: string | null): void {
    const { notes = [] } = this.report;
    if (text !== null && !notes.includes(text)) this.report.notes = [...notes, text];
  }

  fail(error: VmError): void {
    this.report.error = error;
  }
}

export const iso = (at: number): string => new Date(at).toISOString();
