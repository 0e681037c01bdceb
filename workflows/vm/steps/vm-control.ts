/**
 * One VM's workflow as others see and steer it: its report, what people and the site told it, and the waiting for both.
 * Registers every message handler when made, so that nothing said at the start is missed.
 */
import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Duration } from '../../../contract/evidence.js';
import {
  operationEndedSignal,
  operationTroubledSignal,
  type Proceed,
  releaseSlotSignal,
  requestSlotSignal,
  type SlotRequest,
  slotGrantedSignal,
  type VmInput,
  vmApproveSignal,
  vmCancelSignal,
  vmHeldSignal,
  vmNamedSignal,
  vmPauseSignal,
  vmProceedSignal,
  vmReadySignal,
  vmReportQuery,
  vmResumeSignal,
} from '../../../contract/messages.js';
import { FAILURES, runWorkflowId, siteWorkflowId } from '../../../contract/names.js';
import type { Notice, OperationKind, OperationTrouble, SlotKind, VmRef } from '../../../contract/operation.js';
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
import { isUnnamed } from '../../../contract/vm-identity.js';
import { endedWorkflows, openSite } from '../../activities.js';
import { Patience } from './look-until.js';
import { signalIfOpen } from './signal-if-open.js';
import { Stopped, Unattended } from './step-errors.js';

/** A VM that waits for its run's word asks at least this often whether the run still runs: ms. */
const LONGEST_UNHEARD = 60 * 60_000;

export class VmControl {
  readonly input: VmInput;
  readonly report: VmReport;
  readonly #notices = new Map<string, Notice>();
  readonly #granted = new Set<SlotKind>();
  readonly #attempts = new Map<OperationKind, number>();
  readonly #stopListeners = new Set<() => void>();
  readonly #told = new Map<Proceed['to'], Proceed>();
  #approved: boolean;
  #paused: boolean;
  #resumedAt: number;
  #stopRequested = false;
  #ignoresStop: 'no' | 'unless-held' | 'always' = 'no';
  #hold: Hold | null = null;
  /** a `resume` from after it lifts the hold: epoch ms */
  #heldFrom = 0;
  #site: string;
  #peer: string;
  #vmIdNow: string | null = null;
  readonly #clocks = new Map<string, ClockOffset>();
  /** under which this run goes on with the replication that it made or took over, its own first; null: it uses any */
  marks: string[] | null = null;
  /** where each operation was sent, by its id */
  readonly #sites = new Map<string, string>();
  /** what runs before this one know of the VM; null: not asked for yet */
  earlier: EarlierRuns | null = null;
  /** what the last look at a copy that was fit has seen of it; null: none was */
  looked: string | null = null;

  constructor(input: VmInput) {
    this.input = input;
    this.report = { ...untouched(input.vm, input.wave), state: 'running', startedAt: iso(Date.now()) };
    this.#approved = input.approved;
    this.#paused = input.paused;
    this.#resumedAt = input.resumedAt;
    this.#site = input.destination.site;
    this.#peer = input.source;
    this.#listen();
  }

  #listen(): void {
    setHandler(operationEndedSignal, (notice) => {
      const key = keyOf(notice.operationId, notice.phase);
      if (!this.#notices.has(key)) this.#notices.set(key, notice);
      this.report.retrying = null;
    });
    setHandler(operationTroubledSignal, (said) => this.#retry(said));
    setHandler(slotGrantedSignal, ({ slot }) => {
      this.#granted.add(slot);
    });
    setHandler(vmApproveSignal, () => {
      this.#approved = true;
    });
    setHandler(vmPauseSignal, () => {
      this.#paused = true;
    });
    setHandler(vmResumeSignal, ({ at }) => {
      this.#paused = false;
      if (at > this.#heldFrom) this.#hold = null;
      this.#resumedAt = Math.max(this.#resumedAt, at);
    });
    setHandler(vmProceedSignal, (proceed) => {
      this.#told.set(proceed.to, proceed);
    });
    setHandler(vmCancelSignal, () => this.#stop());
    setHandler(vmReportQuery, () => ({ ...this.report, hold: this.#hold }));
    // Temporal's own cancellation means the same as Drover's; the steps themselves run in a scope that it cannot break.
    CancellationScope.current().cancelRequested.catch(() => this.#stop());
  }

  /** What a site's watcher says of an operation that is open; what has ended since is in nobody's way. */
  #retry({ operationId, phase, trouble }: OperationTrouble): void {
    if (this.#notices.has(keyOf(operationId, phase))) return;
    const at = (moment: number | null) => (moment === null ? null : iso(moment));
    this.report.retrying =
      trouble === null ? null : { ...trouble, since: iso(trouble.since), tries: null, until: at(trouble.until) };
  }

  #stop(): void {
    this.#stopRequested = true;
    // What is being undone, or brought to its end, is not broken off, however often it is said.
    if (!this.isStopRequested) return;
    for (const listener of this.#stopListeners) listener();
  }

  get #siteHandle() {
    return getExternalWorkflowHandle(siteWorkflowId(this.#site));
  }

  get #runHandle() {
    return getExternalWorkflowHandle(runWorkflowId(this.input.run));
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
    return this.#stopRequested && this.#ignoresStop === 'no';
  }

  /** The steps undo by themselves what they have begun, as those of a drill do, or have done so. */
  get isUndone(): boolean {
    return this.#ignoresStop === 'always';
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** VCDA's id of the VM after a reverse; null: as the plan names it */
  get vmIdNow(): string | null {
    return this.#vmIdNow;
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

  /** The VM as texts call it. */
  get ref(): VmRef {
    const { id, name } = this.report;
    return { id, name };
  }

  /** A VM that the plan gives no name is called by the one that its site tells, here and by its run. */
  async callBy(name: string | null | undefined): Promise<void> {
    if (name == null || !isUnnamed(this.report) || name === this.report.id) return;
    this.report.name = name;
    await signalIfOpen(this.#runHandle, vmNamedSignal, this.ref);
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
    return this.#notices.get(keyOf(operationId, phase));
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
    await this.waitFor(null, () => !this.#paused || this.#ignoresStop !== 'no');
  }

  /** Tells the drill that this VM has come to the end of a phase. */
  async tellReady(step: VmStep): Promise<void> {
    this.report.step = step;
    await signalIfOpen(this.#runHandle, vmReadySignal, this.report);
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
      if ((await endedWorkflows([runWorkflowId(this.input.run)])).length > 0) return null;
    }
    return this.#told.get(to) as Extract<Proceed, { to: To }>;
  }

  /** @throws Stopped */
  async whenApproved(): Promise<void> {
    await this.waitFor('approval', () => this.#approved);
  }

  /**
   * Tells the run why nothing goes on here, and waits until a person says `resume`.
   * @param askedAt the last `resume` that the site was asked after
   * @param isOver ends the hold as well; with it, a stop does not: what runs at the site is brought to its end
   * @throws Stopped @throws Unattended
   */
  async holdFor(reason: Hold, askedAt: number, isOver?: () => boolean): Promise<void> {
    // What cannot be told nobody has seen before now, so that an earlier `resume` is no decision.
    const from = reason.code === FAILURES.undecided ? Date.now() : askedAt;
    // A person has resumed while the answer was on its way.
    if (this.#resumedAt > from) return;
    this.#hold = reason;
    this.#heldFrom = from;
    const news = { vmId: this.input.vm.id, hold: reason, askedAt: from };
    const isAttended = await signalIfOpen(this.#runHandle, vmHeldSignal, news);
    const isHeld = isAttended && (await this.#whileHeld(isOver));
    this.#hold = null;
    // What runs at the site is asked about again, at its own pace; of what is undone somebody else takes care.
    if (!isHeld && (isOver === undefined || this.isUndone)) throw new Unattended(reason);
  }

  /** @returns false when the run is over, so that nobody can say `resume`. @throws Stopped */
  async #whileHeld(isOver?: () => boolean): Promise<boolean> {
    const isGivenUp = () => isOver === undefined && this.#stopRequested && this.#ignoresStop !== 'always';
    const isEnough = () => this.#hold === null || isGivenUp() || isOver?.() === true;
    const patience = new Patience(this.input.selfCheck);
    for (;;) {
      const timeout = Math.min(patience.next(), LONGEST_UNHEARD);
      const isDone =
        isOver === undefined ? await this.waitFor(null, isEnough, timeout) : await condition(isEnough, timeout);
      if (isGivenUp()) throw new Stopped();
      if (isDone) return true;
      if ((await endedWorkflows([runWorkflowId(this.input.run)])).length > 0) return false;
    }
  }

  /** @returns false when `timeout` ms passed first; the request is withdrawn then. @throws Stopped */
  async takeSlot(slot: SlotKind, timeout?: number): Promise<boolean> {
    this.#granted.delete(slot);
    const request = this.#slotRequest(slot);
    const until = timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout;
    // Asked again ever more seldom: a site's workflow that somebody ended forgets who queued.
    const patience = new Patience(this.input.selfCheck);
    try {
      for (;;) {
        const wait = patience.next();
        while (!(await signalIfOpen(this.#siteHandle, requestSlotSignal, request))) await openSite(this.#site);
        if (await this.waitFor('capacity', () => this.#granted.has(slot), Math.min(wait, until - Date.now())))
          return true;
        if (Date.now() >= until) break;
      }
      await this.giveSlot(slot);
      return false;
    } catch (error) {
      await this.giveSlot(slot);
      throw error;
    }
  }

  #slotRequest(slot: SlotKind): SlotRequest {
    const { run, limits } = this.input;
    return {
      slot,
      workflowId: workflowInfo().workflowId,
      run,
      vm: this.ref,
      share: (slot === 'sync' ? limits.syncs : limits.cutovers) ?? null,
    };
  }

  async giveSlot(slot: SlotKind): Promise<void> {
    await signalIfOpen(this.#siteHandle, releaseSlotSignal, { slot, workflowId: workflowInfo().workflowId });
  }

  record(operation: OperationRecord): OperationRecord {
    this.#sites.set(operation.operationId, this.#site);
    this.report.operations.push(operation);
    return operation;
  }

  /** How long its operations took; of one that was found at the site nobody knows. */
  durations(): Duration[] {
    return this.report.operations.flatMap(({ operationId, kind, adopted, submittedAt, finishedAt, result }) => {
      if (adopted || finishedAt === null || result !== 'succeeded') return [];
      const seconds = Math.max(0, Date.parse(finishedAt) - Date.parse(submittedAt)) / 1000;
      return [{ operationId, site: this.#sites.get(operationId) ?? this.#site, kind, seconds, finishedAt }];
    });
  }

  /** Something that a person may not expect, and that keeps nothing from going on. */
  note(text: string): void {
    const { notes = [] } = this.report;
    if (!notes.includes(text)) this.report.notes = [...notes, text];
  }

  fail(error: VmError): void {
    this.report.error = error;
  }
}

const keyOf = (operationId: string, phase: Notice['phase']): string => `${operationId} ${phase}`;

export const iso = (at: number): string => new Date(at).toISOString();
