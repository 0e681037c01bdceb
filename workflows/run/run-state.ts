/**
 * What a run remembers of its VMs, and what may be started next. Pure, and kept by sets of ids rather than counters, so
 * that a report that comes twice, or after a continue-as-new, counts once.
 */

import type { Scope } from '../../contract/act.js';
import type { CarriedRun, Held } from '../../contract/inputs.js';
import { iso } from '../../contract/moment.js';
import { isFinal, type RunReport, type RunState, totalsOf, untouched, type VmReport } from '../../contract/report.js';
import type { Pause, Standing, Wanted } from '../../contract/shard.js';
import type { Known, Orders, Phase, UnitMemory, UnitWord } from '../../contract/unit.js';
import { allVmsIn } from '../../contract/vapp.js';
import { type VmChoice, vmNamed } from '../../contract/vm-choice.js';
import { nameWithId } from '../../contract/vm-identity.js';
import type { SeenCopy } from '../../contract/waiting-copies.js';
import { isVappUnit, type Plan, type PlanVm } from '../../plan/types.js';
import { ActsTold } from './acts-told.js';
import { Amendments } from './amend.js';
import { Approvals } from './approvals.js';
import { Dependencies } from './dependencies.js';
import { endedWell } from './has-succeeded.js';
import { Lead, type LeadOrders } from './lead.js';
import { type Begin, NextUnits } from './next-units.js';
import { type Herded, type Place, Planned } from './planned.js';
import { isToRetry, isToTakeBack, mayBeMoved } from './retry.js';
import { finalState, shown } from './shown.js';
import { SitesAway } from './sites-away.js';
import { summed } from './standing.js';
import { alreadyMigrated, skippedInUse, terminated, timedOut } from './unbegun.js';
import { UnitGates } from './unit-gates.js';
import { type CopyAtGate, Units } from './units.js';
import { Waits } from './waits.js';

export class RunProgress {
  readonly #run: string;
  readonly #planned: Planned;
  readonly #units: Units;
  readonly #lead: Lead;
  readonly #gates: UnitGates;
  readonly #next: NextUnits;
  readonly #approvals: Approvals;
  readonly #away: SitesAway;
  readonly #startedAt: number;
  #waitsForStore = false;
  #finishedAt: number | null = null;
  #acts: number;
  readonly actsTold: ActsTold;
  readonly #waits: Waits;
  /** what persons change of its VMs */
  readonly amendments: Amendments;

  /** @param first place of its first VM in the plan @param now epoch ms */
  constructor(
    { run, plan, carried, first = 0 }: { run: string; plan: Herded; carried?: CarriedRun; first?: number },
    now: number,
  ) {
    this.#run = run;
    this.#planned = new Planned(run, plan, first);
    const reports = carried?.vms ?? plan.waves.flatMap((wave) => wave.vms.map((vm) => untouched(vm, wave.name)));
    this.#units = new Units(run, reports, carried ?? { open: [], units: [], unkept: [] }, {
      site: plan.destination.site,
      peer: plan.source?.site ?? plan.destination.site,
    });
    this.amendments = new Amendments(run, this.#planned, this.#units);
    this.#lead = new Lead(plan.cutover?.window ?? null, reports, carried);
    this.#approvals = new Approvals(carried?.approved);
    const dependencies = new Dependencies(this.#planned, this.#units, this.#lead);
    this.#gates = new UnitGates(this.#planned, this.#units, this.#lead, this.#approvals, dependencies);
    this.#next = new NextUnits(this.#planned, this.#units, this.#lead, this.#gates, dependencies);
    this.#away = new SitesAway(carried?.sitesAway);
    this.#startedAt = carried?.startedAt ?? now;
    this.#acts = carried?.acts ?? 0;
    this.actsTold = new ActsTold(carried?.actsTold);
    this.#waits = new Waits(carried?.waits);
  }

  get carried(): CarriedRun {
    return {
      startedAt: this.#startedAt,
      acts: this.#acts,
      ...this.actsTold.carried,
      approved: this.#approvals.carried,
      ...this.#lead.carried,
      ...this.#units.carried,
      ...this.#waits.carried,
      sitesAway: this.#away.all,
    };
  }

  /** Whether the VM's own workflow has left its evidence, and nothing has changed since. */
  isKept(vmId: string): boolean {
    return this.#units.isKept(vmId);
  }

  /** The run is over, and the store does not keep its evidence yet. */
  awaitStore(isWaiting: boolean): void {
    this.#waitsForStore = isWaiting;
  }

  /** In the plan; undefined: it is none of these. */
  placeOf(vmId: string): Place | undefined {
    return this.#planned.find(vmId);
  }

  /** The store does not tell whether these were migrated before. */
  unknown(vmIds: string[]): void {
    for (const id of vmIds) this.#units.change(id, { waitingFor: 'store' });
  }

  /** Sites that do not answer. */
  get away(): SitesAway {
    return this.#away;
  }

  /** In the plan's order. */
  get all(): VmReport[] {
    return this.#units.all;
  }

  /** Copies that wait at their gates. */
  get copiesAtGate(): CopyAtGate[] {
    return this.#units.copiesAtGate;
  }

  /** What was seen of one of them. @param now epoch ms */
  sawCopy(seen: SeenCopy, now: number): void {
    this.#units.sawCopy(seen, now);
  }

  /** VMs that have not ended, begun or not. */
  get unfinished(): VmReport[] {
    return this.#units.all.filter(({ state }) => !isFinal(state));
  }

  /** Whether all that has not ended was told to end. */
  get isStopping(): boolean {
    const { unfinished } = this;
    return unfinished.length > 0 && unfinished.every(({ id }) => this.#units.isStopped(id));
  }

  /** Acts of persons that were done, over all executions of the run. */
  get acts(): number {
    return this.#acts;
  }

  acted(): void {
    this.#acts += 1;
  }

  get isDone(): boolean {
    return this.open.length === 0 && this.unfinished.length === 0;
  }

  get paused(): string | null {
    return this.#lead.paused?.message ?? null;
  }

  /** epoch ms */
  get startedAt(): number {
    return this.#startedAt;
  }

  get resumedAt(): number {
    return this.#lead.resumedAt;
  }

  get open(): string[] {
    return this.#units.open;
  }

  waveOf(vmId: string): string {
    return this.#planned.find(vmId)?.wave ?? '';
  }

  /** What a unit's workflow is begun with, whatever it is begun for. */
  beginning(vmId: string): { revision: number; known?: Known; orders: Omit<Orders, 'unit'> } {
    const memory = this.#units.knownTo(vmId);
    const { unit: _, ...orders } = this.ordersFor(vmId);
    return {
      revision: this.#units.revisionOf(vmId),
      ...(memory === undefined ? {} : { known: { report: this.#units.get(vmId), memory } }),
      orders,
    };
  }

  /** What the run says now. @returns whether units that are open must be told */
  lead(orders: LeadOrders): boolean {
    this.#units.lift(orders.resumedAt);
    return this.#lead.take(orders);
  }

  /** Whether what is wanted of open units changes with how long cutovers take. */
  get isTimed(): boolean {
    return this.#lead.isTimed;
  }

  /** What the run wants of a unit now. */
  ordersFor(vmId: string): Orders {
    const isSkipped = this.#units.isSkipped(vmId);
    const stop = this.#units.isStopped(vmId) || isSkipped;
    return { run: this.#run, unit: vmId, stop, ...(isSkipped ? { leaves: true } : {}), ...this.#lead.orders };
  }

  /** Units to begin a workflow for now. @param now epoch ms */
  next(now: number): Begin[] {
    return this.#next.take(now);
  }

  /** @param now epoch ms */
  wanted(now: number): Wanted {
    return this.#next.wanted(now);
  }

  /** Indexes of waves of which some VM waits for the hook before it alone. @param now epoch ms */
  asks(now: number): number[] {
    return this.#next.asks(now);
  }

  /** Whether a unit that {@link next} has named is still to be begun so. */
  mayBegin(begin: Begin, now: number): boolean {
    return this.#next.isStill(begin, now);
  }

  /** VMs that wait to be begun, in whatever wave they are. */
  unstarted(): Begin[] {
    return this.#next.unstarted;
  }

  /** ms until time alone changes something for a unit that waits; null: nothing does. @param now epoch ms */
  wakeIn(now: number): number | null {
    return this.#gates.wakeIn(now);
  }

  /** @throws RangeError when it has no such VM */
  get(vmId: string): VmReport {
    return this.#units.get(vmId);
  }

  has(vmId: string): boolean {
    return this.#units.has(vmId);
  }

  /** Also as one of a vApp. */
  hasVm(vmId: string): boolean {
    return this.has(vmId) || this.#units.all.some(({ vms }) => vms?.some(({ id }) => id === vmId) === true);
  }

  isOpen(vmId: string): boolean {
    return this.#units.isOpen(vmId);
  }

  /** As the plan has it. @throws RangeError when it has no such VM */
  vmOf(vmId: string): PlanVm {
    return this.#planned.get(vmId).vm;
  }

  /** As persons have changed them since; in the plan's order. */
  get waves(): Plan['waves'] {
    return this.#planned.waves;
  }

  /** What is known of a unit by now. @throws RangeError when it has no such VM */
  knownOf(vmId: string): { report: VmReport; memory: UnitMemory | undefined } {
    return { report: this.#units.get(vmId), memory: this.#units.knownTo(vmId) };
  }

  /** @param phase what its workflow is begun for */
  started(vmId: string, now: number, phase: Phase = 'copy'): void {
    this.#units.started(vmId, now, phase === 'through' || phase === 'cutover');
  }

  /** Another run or drill has the VM: it waits, and says for whom. */
  blocked(vmId: string, holder: string, now: number): void {
    this.#units.blocked(vmId, holder, now);
  }

  /** The VM was migrated before: it is not started again, since its source is off and a copy of it runs. */
  migratedBefore(vmId: string, run: string, now: number): void {
    this.#units.end(vmId, 'skipped', alreadyMigrated(this.#units.get(vmId), run), now);
  }

  /** Others have these VMs for longer than the drill waits. */
  skipBlocked(vmIds: string[], now: number): void {
    for (const id of vmIds) this.#units.end(id, 'skipped', skippedInUse(this.#units.get(id)), now);
  }

  /** A VM that the plan gives no name is called by the one that its site tells; what the plan calls it stands. */
  called(vmId: string, name: string): void {
    this.#units.called(vmId, name);
  }

  /** Takes what an open VM says of itself on its way. @param now epoch ms */
  heard(word: Parameters<Units['heard']>[0], now: number): void {
    this.#units.heard(word, now);
  }

  /** A VM met a refusal that only a person can lift; one from before the last `resume` is lifted already. */
  held(vmId: string, held: Held): void {
    if (held.askedAt >= this.resumedAt) this.#units.held(vmId, held);
  }

  /** Ends what was not begun, for want of time; returns the open VMs, which must be told. */
  giveUp(now: number): string[] {
    for (const { id } of this.unfinished) {
      if (this.#units.isOpen(id)) this.#units.stop(id, now);
      else this.#units.end(id, 'failed', timedOut(this.#units.get(id)), now);
    }
    this.#lead.orderAnew();
    return this.open;
  }

  /** Takes the last word of a unit's workflow; false when it was known, or says nothing. */
  said(word: UnitWord, now: number): boolean {
    if (!this.#units.said(word, now)) return false;
    this.#lead.ended(word.report);
    return true;
  }

  /** Which workflow of a VM is meant, of several one after the other. */
  revisionOf(vmId: string): number {
    return this.#units.revisionOf(vmId);
  }

  /**
   * A VM's workflow is gone without a report: somebody terminated it. What it has said meanwhile stands, and a later one is not
   * meant.
   * @param revision of the workflow that was asked about @returns whether it was
   */
  lost(vmId: string, revision: number, now: number): boolean {
    if (!this.#units.isOpen(vmId) || this.#units.revisionOf(vmId) !== revision) return false;
    this.#units.end(vmId, 'failed', terminated(this.#units.get(vmId), this.#planned.plan.destination.site), now);
    return true;
  }

  pause(reason: Pause): void {
    this.#lead.pause(reason);
  }

  resume(now: number): void {
    this.#units.lift(now);
    this.#lead.resume(now);
  }

  /** Approves a wave, a VM, or with neither the whole run. @returns the VMs in it that have not ended; null: it has none of that name */
  approve({ vm, wave }: Scope): { target: string; vms: VmReport[] } | null {
    if (vm === undefined && wave === undefined) {
      this.#approvals.addAll();
      return { target: 'the run', vms: this.unfinished };
    }
    if (vm === undefined) {
      this.#approvals.addWave(wave ?? '');
      return { target: `wave ${wave}`, vms: this.unfinished.filter((one) => one.wave === wave) };
    }
    const id = this.#vmId(vm);
    if (id === undefined) return null;
    this.#approvals.addVm(id);
    return {
      target: `${isVappUnit(id) ? 'vApp' : 'VM'} ${nameWithId(this.#units.get(id))}`,
      vms: this.unfinished.filter((one) => one.id === id),
    };
  }

  /** Where VMs that have not ended stand before their cutover. @param now epoch ms */
  standing(vms: Pick<VmReport, 'id'>[], now: number): Standing {
    return summed(vms.map(({ id }) => ({ [this.#standsAt(id, now)]: 1 })));
  }

  #standsAt(id: string, now: number): keyof Standing {
    const units = this.#units;
    if (units.isClaimed(id)) return 'claim';
    if (units.holdOf(id) !== undefined) return 'hold';
    const gate = this.#gates.of(id, now);
    if (gate?.missed !== undefined) return 'missed';
    // Past its gate it has a memory, and a workflow; on the way through, whose gate is open, as well.
    if (units.memoryOf(id) === undefined) return 'copying';
    if (units.isOpen(id)) return this.#lead.paused === null ? 'now' : 'pause';
    return gate?.waitingFor ?? 'now';
  }

  /** Ends what was not started; the open ones must be told. */
  cancel({ vm, wave }: Scope, now: number): { ended: VmReport[]; stopped: VmReport[] } {
    const isWhole = vm === undefined && wave === undefined;
    if (isWhole) this.#lead.cancel();
    const id = vm === undefined ? undefined : this.#vmId(vm);
    const meant = this.unfinished.filter((one) => isWhole || (vm === undefined ? one.wave === wave : one.id === id));
    this.#lead.orderAnew();
    for (const one of meant) this.#units.stop(one.id, now);
    const isOver = (one: VmReport) => isFinal(this.#units.get(one.id).state);
    return { ended: meant.filter(isOver), stopped: meant.filter((one) => !isOver(one)) };
  }

  /** Leaves VMs out that have not ended; the open ones must be told. @param now epoch ms */
  skip({ vm, wave }: Scope, now: number): { ended: VmReport[]; stopped: VmReport[] } {
    const id = vm === undefined ? undefined : this.#vmId(vm);
    const meant = this.unfinished.filter((one) => (vm === undefined ? one.wave === wave : one.id === id));
    this.#lead.orderAnew();
    const stopped = meant.filter((one) => this.#units.skip(one.id, now));
    return { ended: meant.filter((one) => !stopped.includes(one)), stopped };
  }

  /** Has VMs tried again that have failed, and those that were skipped for them. @returns `left`: they may have been cut over */
  retry({ vm, wave }: Scope): { again: VmReport[]; left: VmReport[] } {
    const id = vm === undefined ? undefined : this.#vmId(vm);
    const isIn = (one: VmReport): boolean =>
      vm === undefined ? wave === undefined || one.wave === wave : one.id === id;
    const units = this.#units;
    const meant = units.all.filter((one) => isIn(one) && isToRetry(one, one.id === id));
    const isMoved = (one: VmReport): boolean => mayBeMoved(one, units.leftBy(one.id));
    const again = new Set(meant.filter((one) => !isMoved(one)).map((one) => one.id));
    for (let before = -1; before !== again.size; ) {
      before = again.size;
      for (const one of units.all)
        if (isToRetry(one, false) && one.state === 'skipped' && this.vmOf(one.id).after.some((it) => again.has(it)))
          again.add(one.id);
    }
    for (const one of again) units.retry(one);
    return { again: [...again].map((one) => units.get(one)), left: meant.filter(isMoved) };
  }

  /** Ends all that has not ended, and takes back what was begun and not cut over. @param now epoch ms */
  undo(now: number): { ended: VmReport[]; stopped: VmReport[]; takenBack: VmReport[] } {
    const units = this.#units;
    const takenBack = units.all.filter((one) => isToTakeBack(one, units.leftBy(one.id)));
    const { ended, stopped } = this.cancel({}, now);
    for (const { id } of takenBack) units.takeBack(id);
    return { ended, stopped, takenBack };
  }

  /** The VM that a person names by id or by name. */
  named(idOrName: string): VmChoice<VmReport> {
    return vmNamed(this.#units.all, idOrName);
  }

  /** Ids of all VMs that a person may mean by an id or a name. */
  meant(idOrName: string): string[] {
    const choice = this.named(idOrName);
    if (choice.found === 'none') return [];
    return choice.found === 'one' ? [choice.vm.id] : choice.vms.map(({ id }) => id);
  }

  /** Undefined also when several VMs bear the name: what is not clear moves none of them. */
  #vmId(idOrName: string): string | undefined {
    const choice = this.named(idOrName);
    return choice.found === 'one' ? choice.vm.id : undefined;
  }

  finish(now: number): void {
    this.#finishedAt = now;
  }

  /** Takes down since when units wait: never when somebody merely asks. @param now epoch ms */
  noteWaits(now: number): void {
    const waiting = (vm: VmReport): boolean => this.#units.isWaiting(vm.id);
    this.#waits.note(this.#shown(now).filter(waiting), now);
  }

  #shown(now: number): VmReport[] {
    return this.#units.all.map((vm) => shown(vm, this.#units, this.#gates, now));
  }

  /** @param now epoch ms */
  report(now: number): RunReport {
    const vms = this.#shown(now).map((vm) => this.#waits.told(vm));
    const { name, kind } = this.#planned.plan;
    return {
      run: this.#run,
      plan: name,
      kind,
      state: this.#state,
      startedAt: iso(this.#startedAt),
      finishedAt: this.#finishedAt === null || this.#waitsForStore ? null : iso(this.#finishedAt),
      ...(this.#waitsForStore ? { waitingFor: 'store' } : {}),
      totals: totalsOf(vms),
      pausedBecause: this.paused,
      pausedAdvice: this.#lead.paused?.advice ?? null,
      sitesAway: this.#away.all,
      drill: null,
      ...this.actsTold.told,
      vms,
    };
  }

  get #state(): RunState {
    if (!this.isDone || this.#waitsForStore) return this.#lead.paused === null ? 'running' : 'paused';
    const { all } = this.#units;
    return finalState(totalsOf(all), allVmsIn(all.filter(endedWell)), this.#lead.isCancelling);
  }
}
