/**
 * One VM's workflow as others see and steer it: its report, what people and the site told it, and the waiting for both.
 * Registers every message handler when made, so that nothing said at the start is missed.
 */
import { CancellationScope, condition, getExternalWorkflowHandle, log, setHandler } from '@temporalio/workflow';
import { claimNames } from '../../../contract/claim-names.js';
import type { Duration } from '../../../contract/evidence.js';
import { isGrant, isNotice, isOrders, isTrouble } from '../../../contract/guards.js';
import type { VmInput } from '../../../contract/inputs.js';
import {
  operationEndedSignal,
  operationTroubledSignal,
  ordersSignal,
  slotGrantedSignal,
  unitNamedSignal,
  vmReportQuery,
} from '../../../contract/messages.js';
import { iso } from '../../../contract/moment.js';
import type { Notice, OperationTrouble } from '../../../contract/notice.js';
import type { SlotKind, VmRef } from '../../../contract/operation.js';
import type { LocateInput, SourcePower } from '../../../contract/questions.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import {
  type Hold,
  type OperationRecord,
  untouched,
  type VmError,
  type VmReport,
  type VmStep,
  type WaitingFor,
} from '../../../contract/report.js';
import type { Window } from '../../../contract/run-settings.js';
import type { SlotPurpose } from '../../../contract/site.js';
import type { Orders } from '../../../contract/unit.js';
import { isUnnamed } from '../../../contract/vm-identity.js';
import { watchKey } from '../../../contract/watch.js';
import { Alarm } from '../../alarm.js';
import { hear } from '../../hear.js';
import { durationsOf } from './durations.js';
import { Holding } from './holding.js';
import { Memory } from './memory.js';
import { signalIfOpen } from './signal-if-open.js';
import { Slots } from './slots.js';
import { Stopped } from './step-errors.js';
import { Stop } from './stop.js';

export class VmControl {
  readonly input: VmInput;
  readonly report: VmReport;
  readonly stop: Stop;
  readonly memory: Memory;
  readonly #notices = new Map<string, Notice>();
  readonly slots = new Slots(this);
  readonly #holding = new Holding(this);
  readonly #alarm = new Alarm();
  readonly #names: Set<string>;
  #orders: Omit<Orders, 'unit'>;
  #resumedAt: number;
  /** what the last look at a copy that was fit has seen of it; null: none was */
  looked: string | null = null;
  /** its cutover has ended well, and it runs where it is to */
  isCutOver = false;
  /** a sync comes right before its cutover, for which the site keeps places */
  syncsBefore = false;
  /** what a person must know of a VM that is held, besides why */
  whenHeld: () => Promise<void> = async () => {};

  constructor(input: VmInput) {
    this.input = input;
    const { known, orders } = input;
    const report = known?.report ?? { ...untouched(input.vm, input.wave), startedAt: iso(Date.now()) };
    this.report = { ...withoutWait(report), state: 'running', waitingFor: null };
    this.#orders = orders;
    this.#resumedAt = orders.resumedAt;
    this.stop = new Stop(this, orders.stop);
    this.memory = new Memory(input);
    // These its run has claimed for it.
    this.#names = new Set(claimNames(input.vm, known));
    this.#listen();
  }

  #listen(): void {
    hear(operationEndedSignal, isNotice, (notice) => {
      const key = watchKey(notice);
      if (!this.#notices.has(key)) this.#notices.set(key, notice);
      this.report.retrying = null;
    });
    hear(operationTroubledSignal, isTrouble, (said) => this.#retry(said));
    hear(slotGrantedSignal, isGrant, ({ run, slot }) => {
      if (run === this.input.run) this.slots.granted(slot);
    });
    hear(ordersSignal, isOrders, (orders) => this.#take(orders));
    setHandler(vmReportQuery, () => ({ ...this.report, hold: this.#holding.reason }));
    // Temporal's own cancellation means the same as Drover's; the steps themselves run in a scope that it cannot break.
    CancellationScope.current().cancelRequested.catch(() => this.stop.ask());
  }

  /** The same VM may be another run's by now: what that one is told is not for this. */
  isMeant({ run, unit }: { run: string; unit: string }): boolean {
    const isIt = run === this.input.run && unit === this.input.vm.id;
    if (!isIt) log.warn('a message for another run was dropped', { run });
    return isIt;
  }

  #take(orders: Orders): void {
    if (!this.isMeant(orders) || orders.revision < this.#orders.revision) return;
    this.#orders = orders;
    this.#resumedAt = Math.max(this.#resumedAt, orders.resumedAt);
    this.#holding.resumed(this.#resumedAt);
    if (orders.stop) this.stop.ask();
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

  get parentHandle() {
    return getExternalWorkflowHandle(this.input.parent);
  }

  get resumedAt(): number {
    return this.#resumedAt;
  }

  /** where the replication lives */
  get site(): string {
    return this.memory.site;
  }

  /** the other site */
  get peer(): string {
    return this.memory.peer;
  }

  get isPaused(): boolean {
    return this.#orders.paused;
  }

  /** It is to end with all that was begun for it left as it is. */
  get isLeft(): boolean {
    return this.#orders.leaves === true;
  }

  /** Of its cutover, as it is by now. @param planned as it was begun with */
  windowNow<W>(planned: W): W | Window {
    return this.#orders.window ?? planned;
  }

  /** moment after which its cutover must not be sent, epoch ms; null: none */
  get notAfter(): number | null {
    return this.#orders.notAfter;
  }

  /** VCDA's ids of the VM: the plan's, and those that recoveries of this run and of earlier ones gave it. */
  get ids(): string[] {
    const { vm } = this.input;
    const { vmIdNow, earlier } = this.memory;
    const now = vmIdNow === null ? [] : [vmIdNow];
    return [vm.id, ...now, ...(this.report.recoveredAs ?? []), ...(earlier?.vmIds ?? [])];
  }

  /** For whoever finds the VM under further ids: it gives way to others until it has sent something. */
  get claim(): NonNullable<LocateInput['claim']> {
    const { run, parent, source, vm, revision } = this.input;
    const hasActed = this.report.operations.length > 0 || this.stop.isUndone;
    return {
      run,
      unit: vm.id,
      unsent: hasActed ? null : { run, parent, source, revision },
      known: [...this.#names],
    };
  }

  /** Its claim has these by now: ids of the VM and of its replication. */
  knownAs(names: (string | null)[]): void {
    for (const name of names) if (name !== null) this.#names.add(name);
  }

  /** Kept for later runs, which know the VM by it after a reverse. */
  recoveredAs(vmId: string | null): void {
    const known = this.report.recoveredAs ?? [];
    if (vmId !== null && !known.includes(vmId)) this.report.recoveredAs = [...known, vmId];
  }

  /** What its replication tells of the VMs of a vApp. */
  saw(replication: Pick<ReplicationSummary, 'members'> | null): void {
    const { vms } = this.report;
    const its = replication?.members;
    if (vms === undefined || its === undefined) return;
    this.report.vms = vms.map((vm) => {
      const now = its.find(({ id, vmId }) => id === vm.replicationId || vmId === vm.id || vmId === vm.recoveredAs);
      if (now === undefined) return vm;
      const recoveredAs = now.recoveredVmId ?? vm.recoveredAs;
      return { ...vm, replicationId: now.id, ...(recoveredAs === undefined ? {} : { recoveredAs }) };
    });
  }

  /** Whether what was recovered of the VMs of a vApp runs. */
  sawPower(members: SourcePower['members'] = []): void {
    const power = new Map(members.map((one) => [one.id, one.power]));
    const { vms } = this.report;
    if (vms === undefined) return;
    this.report.vms = vms.map((vm) => {
      const its = power.get(vm.recoveredAs ?? '');
      return its === undefined ? vm : { ...vm, power: its };
    });
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
  toItsEnd<T>(work: () => Promise<T>): Promise<T> {
    return this.stop.ignoreFor(work);
  }

  enter(step: VmStep): void {
    this.report.step = step;
  }

  notice(operationId: string, phase: Notice['phase']): Notice | undefined {
    return this.#notices.get(watchKey({ operationId, phase }));
  }

  /** @returns false when `timeout` ms passed first. @throws Stopped */
  async waitFor(reason: WaitingFor | null, isOver: () => boolean, timeout?: number): Promise<boolean> {
    if (isOver()) return true;
    this.report.state = 'waiting';
    this.report.waitingFor = reason;
    if (reason !== null) this.report.waitingSince = iso(Date.now());
    try {
      const over = () => isOver() || this.stop.isRequested;
      if (timeout === undefined) await condition(over);
      else await this.#alarm.wait(over, timeout);
      if (!over()) return false;
    } finally {
      this.report.state = 'running';
      this.report.waitingFor = null;
      delete this.report.waitingSince;
    }
    if (this.stop.isRequested) throw new Stopped();
    return true;
  }

  /** Waits at most `timeout` ms while an operation runs: the VM counts as running, not as waiting. @returns whether it is over */
  async waitQuietly(isOver: () => boolean, timeout: number): Promise<boolean> {
    await this.#alarm.wait(isOver, timeout);
    return isOver();
  }

  /** Holds while the run is paused. @throws Stopped */
  async whenAllowed(): Promise<void> {
    if (this.stop.isRequested) throw new Stopped();
    await this.waitFor('pause', () => !this.isPaused || this.stop.isIgnored);
  }

  /**
   * Tells the run why nothing goes on here, and waits until a person says `resume`.
   * @param askedAt the last `resume` that the site was asked after
   * @param isOver ends the hold as well; with it, a stop does not: what runs at the site is brought to its end
   * @throws Stopped @throws Unattended
   */
  async holdFor(reason: Hold, askedAt: number, isOver?: () => boolean): Promise<void> {
    await this.slots.giveAsked();
    return this.#holding.until(reason, askedAt, isOver);
  }

  /**
   * As {@link holdFor}, and the others of the run go on meanwhile.
   * @param until epoch ms at which it is not waited for any more; null: for as long as it takes
   */
  holdAlone(reason: Hold, askedAt: number, until: number | null): Promise<void> {
    return this.#holding.until(reason, askedAt, undefined, { until: until ?? Number.POSITIVE_INFINITY });
  }

  /**
   * @param isGivenUp ends the wait as well
   * @param purpose what it is wanted for, where nothing is undone; default: whatever has to wait for the others
   * @returns false when `timeout` ms passed first, or it was given up; the request is withdrawn then. @throws Stopped
   */
  takeSlot(slot: SlotKind, timeout?: number, isGivenUp?: () => boolean, purpose?: SlotPurpose): Promise<boolean> {
    return this.slots.take(slot, timeout, isGivenUp, purpose);
  }

  giveSlot(slot: SlotKind): Promise<void> {
    return this.slots.give(slot);
  }

  record(operation: OperationRecord): OperationRecord {
    this.report.operations.push(operation);
    return operation;
  }

  /** How long its operations took; of one that was found at the site nobody knows. */
  durations(): Duration[] {
    return durationsOf(this.report.operations, this.site);
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

/** What its run has told of its wait at the gate. */
function withoutWait(report: VmReport): VmReport {
  const { waitingSince: _, waitingUntil: __, waitingOn: ___, ...rest } = report;
  return rest;
}
