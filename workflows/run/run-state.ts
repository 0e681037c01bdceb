/**
 * What a run remembers of its VMs, and what may be started next. Pure, and kept by sets of ids rather than counters, so
 * that a report that comes twice, or after a continue-as-new, counts once.
 */

import type { Scope } from '../../contract/act.js';
import type { CarriedRun } from '../../contract/messages.js';
import { isFinal, type RunReport, type RunState, totalsOf, untouched, type VmReport } from '../../contract/report.js';
import type { Outcome, Pause, Room, ShardOrders, Wanted } from '../../contract/shard.js';
import type { Known, Orders, Phase, UnitWord } from '../../contract/unit.js';
import { type VmChoice, vmNamed } from '../../contract/vm-choice.js';
import { nameWithId } from '../../contract/vm-identity.js';
import type { Plan, PlanVm, RunKind } from '../../plan/types.js';
import { windowMissed, windowTooShort } from '../vm/steps/preconditions.js';
import { Approvals } from './approvals.js';
import { type Gate, gateOf, lastMomentOf } from './gates.js';
import { longestCutover } from './longest-cutover.js';
import { Planned } from './planned.js';
import { SitesAway } from './sites-away.js';
import { ALREADY_MIGRATED, alreadyMigrated, dependencyNotMet, skippedInUse, terminated, timedOut } from './unbegun.js';
import { Units } from './units.js';

/** What the state needs of a plan or a drill. */
export interface Herded extends Pick<Plan, 'name' | 'waves'> {
  kind: RunKind | 'drill';
  destination: { site: string };
  /** absent: nothing is cut over behind a gate */
  cutover?: Pick<Plan['cutover'], 'approval' | 'window'>;
  /** ahead: waves order the cutovers alone */
  sync?: Plan['sync'];
}

/** What a run decides for its shards; nothing else tells units of a plan when to begin. */
export type Lead = Pick<
  ShardOrders,
  'begin' | 'paused' | 'resumedAt' | 'cancelling' | 'untilSynced' | 'turn' | 'longest' | 'room' | 'outcomes'
>;

/** A unit to begin a workflow for. */
export interface Begin {
  vm: PlanVm;
  phase: Phase;
}

const NO_ROOM: Room = { all: 0, copies: 0 };

/** Kinds whose units stop at a gate, and the operation behind it. */
const CUTOVERS = { migrate: 'migrate', failback: 'migrate', failover: 'failover' } as const;

export class RunProgress {
  readonly #plan: Herded;
  readonly #run: string;
  readonly #planned: Planned;
  readonly #units: Units;
  #waitsForStore = false;
  readonly #approvals: Approvals;
  readonly #away: SitesAway;
  readonly #startedAt: number;
  #finishedAt: number | null = null;
  #wave: number;
  #paused: Pause | null;
  #cancelling: boolean;
  #resumedAt: number;
  #acts: number;
  #ordered: number;
  #untilSynced: boolean;
  /** ms; of the cutovers that have succeeded */
  #longest: number | null;
  #room: Room = NO_ROOM;
  /** units of other shards that have ended */
  #elsewhere = new Map<string, Outcome>();

  /** @param first place of its first VM in the plan @param now epoch ms */
  constructor(
    { run, plan, carried, first = 0 }: { run: string; plan: Herded; carried?: CarriedRun; first?: number },
    now: number,
  ) {
    this.#run = run;
    this.#plan = plan;
    this.#planned = new Planned(run, plan.waves, first);
    const reports = carried?.vms ?? plan.waves.flatMap((wave) => wave.vms.map((vm) => untouched(vm, wave.name)));
    this.#units = new Units(run, reports, carried ?? { open: [], units: [], unkept: [] });
    this.#approvals = new Approvals(carried?.approved);
    this.#away = new SitesAway(carried?.sitesAway);
    this.#startedAt = carried?.startedAt ?? now;
    this.#wave = carried?.wave ?? 0;
    this.#paused = carried?.paused ?? null;
    this.#cancelling = carried?.cancelling ?? false;
    this.#resumedAt = carried?.resumedAt ?? 0;
    this.#acts = carried?.acts ?? 0;
    this.#ordered = carried?.ordered ?? 0;
    this.#untilSynced = carried?.untilSynced ?? false;
    this.#longest = longestCutover(reports);
  }

  get carried(): CarriedRun {
    return {
      startedAt: this.#startedAt,
      resumedAt: this.#resumedAt,
      paused: this.#paused,
      cancelling: this.#cancelling,
      acts: this.#acts,
      approved: this.#approvals.carried,
      wave: this.#wave,
      ...this.#units.carried,
      ordered: this.#ordered,
      untilSynced: this.#untilSynced,
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

  /** place in the plan */
  positionOf(vmId: string): number {
    return this.#planned.find(vmId)?.position ?? 0;
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
    return this.#paused?.message ?? null;
  }

  /** epoch ms */
  get startedAt(): number {
    return this.#startedAt;
  }

  get resumedAt(): number {
    return this.#resumedAt;
  }

  get open(): string[] {
    return this.#units.open;
  }

  waveOf(vmId: string): string {
    return this.#planned.find(vmId)?.wave ?? '';
  }

  isApproved(vmId: string): boolean {
    return this.#approvals.has(vmId, this.waveOf(vmId));
  }

  /** What a unit's workflow is begun with, whatever it is begun for. */
  beginning(vmId: string): { revision: number; known?: Known; orders: Omit<Orders, 'unit'> } {
    const memory = this.#units.memoryOf(vmId);
    const { unit: _, ...orders } = this.ordersFor(vmId);
    return {
      revision: this.#units.revisionOf(vmId),
      ...(memory === undefined ? {} : { known: { report: this.#units.get(vmId), memory } }),
      orders,
    };
  }

  get #lastMoment(): number | null {
    return lastMomentOf(this.#plan.cutover?.window ?? null, this.#longest);
  }

  /** What the run says now. @returns whether units that are open must be told */
  lead(lead: Lead): boolean {
    const { begin, paused, resumedAt, cancelling, untilSynced, turn, longest, room, outcomes } = lead;
    const before = this.#told;
    this.#paused = paused;
    this.#resumedAt = Math.max(this.#resumedAt, resumedAt);
    this.#cancelling ||= cancelling;
    this.#untilSynced = untilSynced;
    this.#wave = turn;
    this.#longest = longest;
    this.#room = begin === null ? NO_ROOM : room;
    this.#elsewhere = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
    const isNews = this.#told !== before;
    if (isNews) this.#ordered += 1;
    return isNews;
  }

  /** What open units are told of the run, to be compared. */
  get #told(): string {
    return JSON.stringify([this.#paused !== null, this.#resumedAt, this.#lastMoment]);
  }

  /** Whether what is wanted of open units changes with how long cutovers take. */
  get isTimed(): boolean {
    return this.#plan.cutover?.window?.mustEnd === true;
  }

  /** What the run wants of a unit now. */
  ordersFor(vmId: string): Orders {
    return {
      run: this.#run,
      unit: vmId,
      revision: this.#ordered,
      paused: this.paused !== null,
      resumedAt: this.#resumedAt,
      stop: this.#units.isStopped(vmId),
      notAfter: this.#lastMoment,
    };
  }

  /**
   * Units to begin a workflow for now, up to the window: what is taken back first, then those whose gate is open, then copies.
   * A unit whose dependency did not succeed is skipped on the way, one whose window is over held or failed. @param now epoch ms
   */
  next(now: number): Begin[] {
    const room = Math.max(0, this.#room.all - this.open.length);
    if (!this.#begins) return this.#undone.slice(0, room);
    this.#skipOrphans(now);
    this.#missWindows(now);
    const copies = this.#startable(now).slice(0, Math.max(0, this.#room.copies - this.open.length));
    return [...this.#undone, ...this.#passing(now), ...copies].slice(0, room);
  }

  /** @param now epoch ms */
  wanted(now: number): Wanted {
    const [passing, copies] = this.#begins ? [this.#passing(now).length, this.#startable(now).length] : [0, 0];
    return { open: this.open.length, others: this.#undone.length + passing, copies };
  }

  get #begins(): boolean {
    return this.#paused === null && !this.#cancelling;
  }

  get #undone(): Begin[] {
    return this.#units.toBeUndone.map((id) => this.#begin(id, 'undo'));
  }

  #passing(now: number): Begin[] {
    const passing = this.#planned.ids.filter((id) => this.#units.isAtGate(id) && this.#gate(id, now) === null);
    return passing.map((id) => this.#begin(id, 'cutover'));
  }

  #begin(id: string, phase: Phase): Begin {
    return { vm: this.#planned.get(id).vm, phase };
  }

  #startable(now: number): Begin[] {
    const isAhead = this.#plan.sync === 'ahead';
    const waves = isAhead ? this.#plan.waves : this.#plan.waves.slice(this.#wave, this.#wave + 1);
    return waves.flatMap(({ vms }) =>
      vms
        .filter(({ id }) => this.#units.isUnbegun(id) && (isAhead || this.#isAfterAll(id)))
        .flatMap((vm): Begin[] => {
          const gate = this.#gate(vm.id, now);
          if (gate?.missed !== undefined) return [];
          return [{ vm, phase: gate === null ? 'through' : 'copy' }];
        }),
    );
  }

  #isAfterAll(id: string): boolean {
    return this.#planned.get(id).vm.after.every((one) => this.#outcome(one).isGood);
  }

  /** How a unit that others come after stands, wherever it is. */
  #outcome(id: string): Pick<VmReport, 'id' | 'name' | 'state'> & { isGood: boolean } {
    if (!this.#units.has(id)) return this.#elsewhere.get(id) ?? { id, name: id, state: 'waiting', isGood: false };
    const vm = this.#units.get(id);
    return { ...vm, isGood: hasSucceeded(vm) };
  }

  /** What a unit waits for before its cutover; null: nothing, or it has no gate. */
  #gate(id: string, now: number): Gate | null {
    const { cutover } = this.#plan;
    if (cutover === undefined || !(this.#plan.kind in CUTOVERS)) return null;
    return gateOf(
      {
        isPaused: this.#paused !== null,
        isUntilSynced: this.#untilSynced,
        isItsTurn: this.#planned.get(id).at <= this.#wave && this.#isAfterAll(id),
        needsApproval: cutover.approval !== 'none' && !this.isApproved(id),
        window: cutover.window,
        lastMoment: this.#lastMoment,
      },
      now,
    );
  }

  /** Where the plan says so, a window that is over is a failure; else it waits for a person. */
  #missWindows(now: number): void {
    if (this.#plan.cutover?.window?.missed !== 'fail') return;
    for (const id of this.#planned.ids.filter((one) => this.#units.isWaiting(one) && !this.#units.isToBeUndone(one))) {
      const error = this.#missed(id, this.#gate(id, now), now);
      if (error !== null) this.#units.end(id, 'failed', error, now);
    }
  }

  #missed(id: string, gate: Gate | null, now: number): VmReport['error'] {
    const { kind, destination } = this.#plan;
    if (gate?.missed === undefined || !(kind in CUTOVERS)) return null;
    const site = this.#units.memoryOf(id)?.site ?? destination.site;
    const [cutover, unit] = [CUTOVERS[kind as keyof typeof CUTOVERS], this.#units.get(id)];
    return this.#longest !== null && now < Date.parse(gate.missed.closes)
      ? windowTooShort(cutover, unit, site, gate.missed, this.#longest)
      : windowMissed(cutover, unit, site, gate.missed);
  }

  /** ms until time alone changes something for a unit that waits; null: nothing does. @param now epoch ms */
  wakeIn(now: number): number | null {
    const moments = this.#planned.ids
      .filter((id) => this.#units.isWaiting(id))
      .flatMap((id) => this.#gate(id, now)?.until ?? []);
    return moments.length === 0 ? null : Math.max(1, Math.min(...moments) - now);
  }

  /** Whether a unit that {@link next} has named is still to be begun so. */
  mayBegin({ vm: { id }, phase }: Begin): boolean {
    if (phase === 'undo') return this.#units.isToBeUndone(id);
    return this.#paused === null && !this.#cancelling && this.#units.isWaiting(id) && !this.#units.isToBeUndone(id);
  }

  /** @throws RangeError when it has no such VM */
  get(vmId: string): VmReport {
    return this.#units.get(vmId);
  }

  has(vmId: string): boolean {
    return this.#units.has(vmId);
  }

  /** VMs that wait to be begun, in whatever wave they are. */
  unstarted(): Begin[] {
    if (this.#paused !== null || this.#cancelling) return [];
    return this.#planned.ids.filter((id) => this.#units.isWaiting(id)).map((id) => this.#begin(id, 'through'));
  }

  started(vmId: string, now: number): void {
    this.#units.started(vmId, now);
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

  /** Takes what an open VM says of itself on its way. */
  heard(word: Parameters<Units['heard']>[0]): void {
    this.#units.heard(word);
  }

  /** Ends what was not begun, for want of time; returns the open VMs, which must be told. */
  giveUp(now: number): string[] {
    for (const { id } of this.unfinished) {
      if (this.#units.isOpen(id)) this.#units.stop(id, now);
      else this.#units.end(id, 'failed', timedOut(this.#units.get(id)), now);
    }
    this.#ordered += 1;
    return this.open;
  }

  /** Takes the last word of a unit's workflow; false when it was known, or says nothing. */
  said(word: UnitWord, now: number): boolean {
    if (!this.#units.said(word, now)) return false;
    const longest = longestCutover([word.report]);
    if (longest !== null && longest > (this.#longest ?? 0)) {
      this.#longest = longest;
      this.#ordered += 1;
    }
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
    this.#units.end(vmId, 'failed', terminated(this.#units.get(vmId), this.#plan.destination.site), now);
    return true;
  }

  pause(reason: Pause): void {
    this.#paused ??= reason;
    this.#ordered += 1;
  }

  resume(now: number): void {
    this.#paused = null;
    this.#ordered += 1;
    this.#resumedAt = now;
  }

  /** Approves a wave or a VM. @returns the VMs in it that have not ended; null: it has none of that name */
  approve({ vm, wave }: Scope): { target: string; vms: VmReport[] } | null {
    if (vm === undefined) {
      this.#approvals.addWave(wave ?? '');
      return { target: `wave ${wave}`, vms: this.unfinished.filter((one) => one.wave === wave) };
    }
    const id = this.#vmId(vm);
    if (id === undefined) return null;
    this.#approvals.addVm(id);
    return { target: `VM ${nameWithId(this.#units.get(id))}`, vms: this.unfinished.filter((one) => one.id === id) };
  }

  /** Ends what was not started; the open ones must be told. */
  cancel({ vm, wave }: Scope, now: number): { ended: VmReport[]; stopped: VmReport[] } {
    const isWhole = vm === undefined && wave === undefined;
    if (isWhole) this.#cancelling = true;
    const id = vm === undefined ? undefined : this.#vmId(vm);
    const meant = this.unfinished.filter((one) => isWhole || (vm === undefined ? one.wave === wave : one.id === id));
    this.#ordered += 1;
    for (const one of meant) this.#units.stop(one.id, now);
    const isOver = (one: VmReport) => isFinal(this.#units.get(one.id).state);
    return { ended: meant.filter(isOver), stopped: meant.filter((one) => !isOver(one)) };
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

  /** @param now epoch ms */
  report(now: number): RunReport {
    const vms = this.#units.all.map((vm) => this.#shown(vm, now));
    return {
      run: this.#run,
      plan: this.#plan.name,
      kind: this.#plan.kind,
      state: this.#state(),
      startedAt: new Date(this.#startedAt).toISOString(),
      finishedAt: this.#finishedAt === null || this.#waitsForStore ? null : new Date(this.#finishedAt).toISOString(),
      ...(this.#waitsForStore ? { waitingFor: 'store' } : {}),
      totals: totalsOf(vms),
      pausedBecause: this.paused,
      pausedAdvice: this.#paused?.advice ?? null,
      sitesAway: this.#away.all,
      drill: null,
      vms,
    };
  }

  /** One that has no workflow is as its gate is. */
  #shown(vm: VmReport, now: number): VmReport {
    const { id, step, waitingFor, error } = vm;
    const units = this.#units;
    if (!units.isWaiting(id) || units.isClaimed(id) || units.isToBeUndone(id)) return vm;
    const gate = this.#gate(id, now);
    const isAtGate = units.isAtGate(id);
    if (!isAtGate && gate?.missed === undefined) return vm;
    return {
      ...vm,
      state: 'waiting',
      step: isAtGate ? 'gate' : step,
      waitingFor: gate?.waitingFor ?? (isAtGate ? 'capacity' : waitingFor),
      error: this.#missed(id, gate, now) ?? error,
    };
  }

  #state(): RunState {
    if (!this.isDone || this.#waitsForStore) return this.#paused === null ? 'running' : 'paused';
    const totals = totalsOf(this.#units.all);
    if (this.#cancelling && totals.cancelled > 0) return 'cancelled';
    if (totals.failed > 0) return 'failed';
    if (totals.cancelled > 0) return 'cancelled';
    return this.#units.all.every(hasSucceeded) ? 'succeeded' : 'failed';
  }

  #skipOrphans(now: number): void {
    const isAhead = this.#plan.sync === 'ahead';
    const waves = isAhead ? this.#plan.waves : this.#plan.waves.slice(0, this.#wave + 1);
    for (const { id, after } of waves.flatMap(({ vms }) => vms)) {
      if (!this.#units.isWaiting(id) || this.#units.isToBeUndone(id)) continue;
      const befores = after.map((one) => this.#outcome(one));
      const missing = befores.find((one) => isFinal(one.state) && !one.isGood);
      if (missing !== undefined) {
        this.#units.end(id, 'skipped', dependencyNotMet(this.#units.get(id), missing), now);
      } else if (!isAhead && befores.some(({ state }) => !isFinal(state))) {
        this.#units.change(id, { waitingFor: 'dependency' });
      }
    }
  }
}

/** Migrated, by this run or an earlier one. A code that came with an operation is a site's word, whatever it says. */
export const hasSucceeded = ({ state, error }: VmReport): boolean =>
  state === 'succeeded' || (error?.code === ALREADY_MIGRATED && error.operation === null);
