/**
 * What a run remembers of its VMs, and what may be started next. Pure, and kept by sets of ids rather than counters, so
 * that a report that comes twice, or after a continue-as-new, counts once.
 */

import type { CarriedRun, Scope } from '../../contract/messages.js';
import { isFinal, type RunReport, type RunState, totalsOf, untouched, type VmReport } from '../../contract/report.js';
import { type VmChoice, vmNamed } from '../../contract/vm-choice.js';
import { isUnnamed, nameWithId } from '../../contract/vm-identity.js';
import type { Plan, PlanVm, RunKind } from '../../plan/types.js';
import { type FailuresInRow, withEnded } from './failures-in-row.js';
import {
  ALREADY_MIGRATED,
  alreadyMigrated,
  dependencyNotMet,
  inUse,
  skippedInUse,
  terminated,
  timedOut,
} from './unbegun.js';

/** Temporal advises at most 500 open children of one workflow. */
export const MOST_OPEN = 500;

/** Why a run starts nothing more, and the next step for a person. */
export interface Pause {
  message: string;
  advice: string | null;
}

/** What the state needs of a plan or a drill. */
export interface Herded extends Pick<Plan, 'name' | 'stopAfter' | 'waves'> {
  kind: RunKind | 'drill';
  destination: { site: string };
}

export class RunProgress {
  readonly #plan: Herded;
  readonly #run: string;
  readonly #vms: Map<string, VmReport>;
  readonly #open: Set<string>;
  readonly #planned: Map<string, { vm: PlanVm; wave: string; position: number }>;
  /** VMs that have ended and whose evidence is not kept */
  readonly #unkept: Set<string>;
  #waitsForStore = false;
  readonly #approvedWaves: Set<string>;
  readonly #approvedVms: Set<string>;
  readonly #away: Map<string, RunReport['sitesAway'][number]>;
  readonly #startedAt: number;
  #finishedAt: number | null = null;
  #wave: number;
  #paused: Pause | null;
  #cancelling: boolean;
  /** VMs that were asked to stop while open */
  readonly #stopped = new Set<string>();
  #resumedAt: number;
  /** failures that a person has seen when they resumed a run that `stopAfter` had paused */
  #accepted: number;
  #acts: number;
  #inRow: FailuresInRow | null;

  constructor({ run, plan, carried }: { run: string; plan: Herded; carried?: CarriedRun }, now: number) {
    this.#run = run;
    this.#plan = plan;
    this.#planned = new Map(
      plan.waves
        .flatMap((wave) => wave.vms.map((vm) => ({ vm, wave: wave.name })))
        .map((one, position) => [one.vm.id, { ...one, position }] as const),
    );
    const ended = carried?.vms.filter(({ state }) => isFinal(state)).map(({ id }) => id);
    this.#unkept = new Set(carried?.unkept ?? ended);
    const reports = carried?.vms ?? plan.waves.flatMap((wave) => wave.vms.map((vm) => untouched(vm, wave.name)));
    this.#vms = new Map(reports.map((r) => [r.id, r]));
    this.#open = new Set(carried?.open);
    this.#approvedWaves = new Set(carried?.approved.waves);
    this.#approvedVms = new Set(carried?.approved.vms);
    this.#away = new Map(carried?.sitesAway?.map((away) => [away.site, away]));
    this.#startedAt = carried?.startedAt ?? now;
    this.#wave = carried?.wave ?? 0;
    this.#paused = carried?.paused == null ? null : { message: carried.paused, advice: carried.pausedAdvice ?? null };
    this.#cancelling = carried?.cancelling ?? false;
    this.#resumedAt = carried?.resumedAt ?? 0;
    this.#accepted = carried?.accepted ?? 0;
    this.#acts = carried?.acts ?? 0;
    this.#inRow = carried?.inRow ?? null;
  }

  get carried(): CarriedRun {
    return {
      startedAt: this.#startedAt,
      resumedAt: this.#resumedAt,
      paused: this.paused,
      pausedAdvice: this.#paused?.advice ?? null,
      cancelling: this.#cancelling,
      acts: this.#acts,
      accepted: this.#accepted,
      inRow: this.#inRow,
      approved: { waves: [...this.#approvedWaves], vms: [...this.#approvedVms] },
      wave: this.#wave,
      open: [...this.#open],
      sitesAway: [...this.#away.values()],
      unkept: [...this.#unkept],
      vms: [...this.#vms.values()],
    };
  }

  /** Whether the VM's own workflow has left its evidence, and nothing has changed since. */
  isKept(vmId: string): boolean {
    return !this.#unkept.has(vmId);
  }

  /** The run is over, and the store does not keep its evidence yet. */
  awaitStore(isWaiting: boolean): void {
    this.#waitsForStore = isWaiting;
  }

  /** place in the plan */
  positionOf(vmId: string): number {
    return this.#planned.get(vmId)?.position ?? 0;
  }

  /** The store does not tell whether these were migrated before. */
  unknown(vmIds: string[]): void {
    for (const id of vmIds) this.#change(id, { waitingFor: 'store' });
  }

  reach(site: string, away: { since: number; message: string } | null): void {
    if (away === null) this.#away.delete(site);
    else this.#away.set(site, { site, since: new Date(away.since).toISOString(), message: away.message });
  }

  /** VMs that have not ended, begun or not. */
  get unfinished(): VmReport[] {
    return [...this.#vms.values()].filter(({ state }) => !isFinal(state));
  }

  /** Acts of persons that were done, over all executions of the run. */
  get acts(): number {
    return this.#acts;
  }

  acted(): void {
    this.#acts += 1;
  }

  get isDone(): boolean {
    return this.#open.size === 0 && [...this.#vms.values()].every((r) => isFinal(r.state));
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
    return [...this.#open];
  }

  waveOf(vmId: string): string {
    return this.#planned.get(vmId)?.wave ?? '';
  }

  isApproved(vmId: string): boolean {
    return this.#approvedVms.has(vmId) || this.#approvedWaves.has(this.waveOf(vmId));
  }

  /**
   * VMs to start now: of the first wave that is not over, those whose dependencies have succeeded, up to the window. A VM
   * whose dependency did not succeed is skipped on the way.
   */
  startable(): PlanVm[] {
    if (this.#paused !== null || this.#cancelling) return [];
    for (; this.#wave < this.#plan.waves.length; this.#wave += 1) {
      const wave = this.#plan.waves[this.#wave];
      if (wave === undefined) break;
      this.#skipOrphans(wave.vms);
      const left = wave.vms.filter((vm) => !isFinal(this.#report(vm.id).state));
      if (left.length === 0) continue;
      return left
        .filter((vm) => !this.#open.has(vm.id) && vm.after.every((id) => hasSucceeded(this.#report(id))))
        .slice(0, MOST_OPEN - this.#open.size);
    }
    return [];
  }

  /** Whether a VM that was startable is so still. */
  mayBegin(vmId: string): boolean {
    return this.#paused === null && !this.#cancelling && !this.#open.has(vmId) && !isFinal(this.#report(vmId).state);
  }

  has(vmId: string): boolean {
    return this.#vms.has(vmId);
  }

  /** VMs that wait to be begun, in whatever wave they are. */
  unstarted(): PlanVm[] {
    if (this.#paused !== null || this.#cancelling) return [];
    const isWaiting = ({ id }: PlanVm) => !this.#open.has(id) && !isFinal(this.#report(id).state);
    return this.#plan.waves.flatMap(({ vms }) => vms.filter(isWaiting));
  }

  started(vmId: string, now: number): void {
    this.#open.add(vmId);
    this.#change(vmId, {
      state: 'running',
      step: 'start',
      waitingFor: null,
      error: null,
      startedAt: new Date(now).toISOString(),
    });
  }

  /** Another run or drill has the VM: it waits, and says for whom. */
  blocked(vmId: string, holder: string, now: number): void {
    this.#open.delete(vmId);
    // Asked to stop while it was about to begin: there is nobody whom the word could have reached.
    if (this.#stopped.has(vmId)) return this.#cancelled(vmId, now);
    this.#change(vmId, {
      state: 'waiting',
      waitingFor: 'dependency',
      error: inUse(holder),
    });
  }

  /** The VM was migrated before: it is not started again, since its source is off and a copy of it runs. */
  migratedBefore(vmId: string, run: string, now: number): void {
    this.#open.delete(vmId);
    this.#change(vmId, {
      state: 'skipped',
      step: 'done',
      waitingFor: null,
      finishedAt: new Date(now).toISOString(),
      error: alreadyMigrated(this.#report(vmId), run),
    });
  }

  /** Others have these VMs for longer than the drill waits. */
  skipBlocked(vmIds: string[], now: number): void {
    for (const id of vmIds) {
      this.#change(id, {
        state: 'skipped',
        step: 'done',
        waitingFor: null,
        finishedAt: new Date(now).toISOString(),
        error: skippedInUse(this.#report(id)),
      });
    }
  }

  /** A VM that the plan gives no name is called by the one that its site tells; what the plan calls it stands. */
  called(vmId: string, name: string): void {
    const report = this.#vms.get(vmId);
    if (report !== undefined && isUnnamed(report)) this.#change(vmId, { name });
  }

  /** Takes what an open VM says of itself on its way. */
  heard(report: VmReport): void {
    if (this.#open.has(report.id)) this.#vms.set(report.id, report);
  }

  /** Ends what was not begun, for want of time; returns the open VMs, which must be told. */
  giveUp(now: number): string[] {
    for (const { id, state } of this.#vms.values()) {
      if (isFinal(state) || this.#open.has(id)) continue;
      this.#change(id, {
        state: 'failed',
        step: 'done',
        waitingFor: null,
        finishedAt: new Date(now).toISOString(),
        error: timedOut(this.#report(id)),
      });
    }
    return this.open;
  }

  /** Takes a VM's final report; false when it was known. @param kept whether the store has it */
  ended(report: VmReport, kept = false): boolean {
    const known = this.#vms.get(report.id);
    if (known === undefined || !this.#open.delete(report.id)) return false;
    this.#vms.set(report.id, report);
    if (!kept) this.#unkept.add(report.id);
    this.#inRow = withEnded(this.#inRow, report);
    return true;
  }

  /** A VM's workflow is gone without a report: somebody terminated it. */
  lost(vmId: string, now: number): void {
    const report = this.#report(vmId);
    this.ended({
      ...report,
      state: 'failed',
      waitingFor: null,
      finishedAt: new Date(now).toISOString(),
      error: terminated(report, this.#plan.destination.site),
    });
  }

  pause(reason: Pause): void {
    this.#paused ??= reason;
  }

  /** Why `stopAfter` pauses the run now; null when it does not. */
  tooManyFailures(): Pause | null {
    const { stopAfter } = this.#plan;
    if (stopAfter === null || this.#paused !== null) return null;
    const { count = Infinity, percent = Infinity, sameCode = Infinity } = stopAfter;
    const advice = `Look at them, then drover resume ${this.#run} or drover cancel ${this.#run}.`;
    const row = this.#inRow;
    if (row !== null && row.vms.length >= sameCode) {
      const names = row.vms.map((id) => this.#report(id).name).join(', ');
      return { message: `${row.vms.length} cutovers in a row failed with ${row.code} (stopAfter): ${names}.`, advice };
    }
    const failed = this.#failures();
    const most = Math.min(count, (this.#vms.size * percent) / 100);
    return failed > this.#accepted && failed >= most
      ? { message: `${failed} of ${this.#vms.size} VMs failed (stopAfter).`, advice }
      : null;
  }

  resume(now: number): void {
    this.#paused = null;
    this.#resumedAt = now;
    this.#accepted = this.#failures();
    this.#inRow = null;
  }

  /** What was approved, and the VMs in it that have not ended. */
  approve(scope: Scope): { target: string; vms: VmReport[] } {
    const id = scope.vm === undefined ? undefined : this.#vmId(scope.vm);
    const wave = scope.wave ?? this.#plan.waves[this.#wave]?.name ?? '';
    if (scope.vm !== undefined) this.#approvedVms.add(id ?? '');
    else this.#approvedWaves.add(wave);
    const vms = this.unfinished.filter((vm) => (scope.vm === undefined ? vm.wave === wave : vm.id === id));
    if (scope.vm === undefined) return { target: `wave ${wave}`, vms };
    return { target: `VM ${id === undefined ? scope.vm : nameWithId(this.#report(id))}`, vms };
  }

  /** Ends what was not started; the open ones must be told. */
  cancel({ vm, wave }: Scope, now: number): { ended: VmReport[]; stopped: VmReport[] } {
    const isWhole = vm === undefined && wave === undefined;
    if (isWhole) this.#cancelling = true;
    const id = vm === undefined ? undefined : this.#vmId(vm);
    const meant = this.unfinished.filter((one) => isWhole || (vm === undefined ? one.wave === wave : one.id === id));
    const stopped = meant.filter((one) => this.#open.has(one.id));
    for (const one of stopped) this.#stopped.add(one.id);
    const ended = meant.filter((one) => !this.#open.has(one.id));
    for (const one of ended) this.#cancelled(one.id, now);
    return { ended, stopped };
  }

  /** The VM that a person names by id or by name. */
  named(idOrName: string): VmChoice<VmReport> {
    return vmNamed(this.#vms.values(), idOrName);
  }

  /** Undefined also when several VMs bear the name: what is not clear moves none of them. */
  #vmId(idOrName: string): string | undefined {
    const choice = this.named(idOrName);
    return choice.found === 'one' ? choice.vm.id : undefined;
  }

  hasWave(name: string): boolean {
    return this.#plan.waves.some((wave) => wave.name === name);
  }

  finish(now: number): void {
    this.#finishedAt = now;
  }

  report(): RunReport {
    const vms = [...this.#vms.values()];
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
      sitesAway: [...this.#away.values()],
      drill: null,
      vms,
    };
  }

  #state(): RunState {
    if (!this.isDone || this.#waitsForStore) return this.#paused === null ? 'running' : 'paused';
    const totals = totalsOf(this.#vms.values());
    if (this.#cancelling && totals.cancelled > 0) return 'cancelled';
    if (totals.failed > 0) return 'failed';
    if (totals.cancelled > 0) return 'cancelled';
    return [...this.#vms.values()].every(hasSucceeded) ? 'succeeded' : 'failed';
  }

  #failures(): number {
    return totalsOf(this.#vms.values()).failed;
  }

  #skipOrphans(vms: PlanVm[]): void {
    for (const vm of vms) {
      const report = this.#report(vm.id);
      if (isFinal(report.state) || this.#open.has(vm.id)) continue;
      const missing = vm.after.map((id) => this.#report(id)).find((r) => isFinal(r.state) && !hasSucceeded(r));
      if (missing === undefined) {
        const waits = vm.after.some((id) => !isFinal(this.#report(id).state));
        if (waits) this.#change(vm.id, { waitingFor: 'dependency' });
        continue;
      }
      this.#change(vm.id, {
        state: 'skipped',
        step: 'done',
        waitingFor: null,
        error: dependencyNotMet(vm, missing),
      });
    }
  }

  #report(vmId: string): VmReport {
    const report = this.#vms.get(vmId);
    if (report === undefined) throw new RangeError(`run ${this.#run} has no VM ${vmId}`);
    return report;
  }

  #cancelled(vmId: string, now: number): void {
    const finishedAt = new Date(now).toISOString();
    this.#change(vmId, { state: 'cancelled', waitingFor: null, step: 'done', finishedAt });
  }

  #change(vmId: string, change: Partial<VmReport>): void {
    this.#vms.set(vmId, { ...this.#report(vmId), ...change });
    if (change.state !== undefined && isFinal(change.state)) this.#unkept.add(vmId);
  }
}

/** Migrated, by this run or an earlier one. A code that came with an operation is a site's word, whatever it says. */
const hasSucceeded = ({ state, error }: VmReport): boolean =>
  state === 'succeeded' || (error?.code === ALREADY_MIGRATED && error.operation === null);
