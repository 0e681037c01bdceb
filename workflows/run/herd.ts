/**
 * The units of a run or drill: each has a workflow of its own while something is under way, begun, steered and heard by signals.
 * The children are abandoned on purpose: they outlive their parent's continue-as-new, and report by signal to its id, whichever
 * execution of it is open.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { allHandlersFinished, condition, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import { isUnitHeld, isUnitNamed, isUnitWord } from '../../contract/guards.js';
import type { VmInput } from '../../contract/inputs.js';
import {
  ordersSignal,
  type Proceed,
  proceedSignal,
  releaseSlotSignal,
  unitHeldSignal,
  unitNamedSignal,
  unitSaidSignal,
} from '../../contract/messages.js';
import { runWorkflowId, siteWorkflowId, vmWorkflowId } from '../../contract/names.js';
import { contractMemo } from '../../contract/number.js';
import type { Moved } from '../../contract/questions.js';
import { unitsQueue } from '../../contract/queues.js';
import type { Hold, RunReport, VmReport } from '../../contract/report.js';
import { isSameName } from '../../contract/vm-identity.js';
import { isVappUnit, type PlanVm } from '../../plan/types.js';
import { endedWorkflows, holderOfVm, movedBefore, openSite, storeAnswers } from '../activities.js';
import { Alarm } from '../alarm.js';
import { isStoreAway } from '../evidence/patience.js';
import { hear } from '../hear.js';
import { sameLogins } from '../own-logins.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import { Check } from './checks.js';
import { Claiming } from './claiming.js';
import type { Patience } from './meet-sites.js';
import type { Begin } from './next-units.js';
import type { RunProgress } from './run-state.js';

/** Children are started this many at a time, so that what a person says is heard in between. */
const STARTED_AT_ONCE = 20;
/** How often it is asked whether units that count as open still run, and whether those who hold others have ended: ms. */
const CHECKS = {
  open: { first: 60_000, longest: 10 * 60_000 },
  blocked: { first: 10_000, longest: 10 * 60_000 },
  // They are told when they are free.
  waiting: { first: 60_000, longest: 60 * 60_000 },
};

/** Options of a VM's workflow that are the same for all kinds. */
export interface ChildOptions {
  workflowId: string;
  taskQueue: string;
  parentClosePolicy: 'ABANDON';
  memo: { run: string; contract: number };
  workflowIdReusePolicy: 'ALLOW_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY';
}

export interface HerdSettings {
  run: string;
  /** Temporal's id of the first execution of the run or drill */
  execution: string;
  kind: RunReport['kind'];
  source: { site: string };
  destination: { site: string };
  limits: VmInput['limits'];
  /** all units are claimed as one, so that it has all of them or none */
  isWhole: boolean;
  /** starts a workflow of one VM, for `input.phase` */
  begin(vm: PlanVm, input: VmInput, options: ChildOptions): Promise<unknown>;
  /** whether a VM is not begun again when an earlier run has migrated it, but said to be */
  refusesMigrated(vm: PlanVm): boolean;
  /** null: the sites were not met yet */
  patience(): Patience | null;
  /** a unit has ended, or its workflow is gone */
  ended(report: VmReport): void;
  /** a unit met a refusal that only a person can lift; `isAlone`: the others need not wait for that */
  held(unit: string, hold: Hold, askedAt: number, isAlone: boolean): void;
}

export class Herd {
  readonly #state: RunProgress;
  readonly #settings: HerdSettings;
  /** VMs that others were seen to have, with the workflow at whose end that is over */
  readonly #blocked = new Map<string, string>();
  /** what has changed and must be told to others, in order */
  readonly #errands: (() => Promise<void>)[] = [];
  #changed = true;
  #isStoreAway = false;
  readonly #lost = new Check(CHECKS.open);
  readonly #alarm = new Alarm();
  readonly #free = new Check(CHECKS.blocked);
  readonly #told = new Check(CHECKS.waiting);
  readonly #claiming: Claiming;

  /** Registers the handlers of what units say, so that nothing said at the start is missed. */
  constructor(state: RunProgress, settings: HerdSettings) {
    this.#state = state;
    this.#settings = settings;
    this.#claiming = new Claiming(state, {
      ...settings,
      // A VM that was never moved has but one id.
      knowsEarlier: settings.kind !== 'migrate' && settings.kind !== 'protect',
      errand: (errand) => this.errand(errand),
      wake: () => this.wake(),
      suspect: () => {
        this.#lost.hasten(Date.now());
        this.wake();
      },
    });
    this.#listen();
  }

  #listen(): void {
    const state = this.#state;
    hear(unitSaidSignal, isUnitWord, (word) => {
      if (!state.said(word, Date.now())) return;
      if (word.isQueued === true) this.#claiming.queued(word.unit);
      else this.#claiming.ended(word.unit, word.revision);
      if (word.claimedBy !== null && word.isQueued !== true) this.#block(word.unit, runWorkflowId(word.claimedBy));
      if (word.memory === null) this.#settings.ended(word.report);
      if (state.isTimed) this.order(state.open);
      this.#changed = true;
    });
    hear(unitNamedSignal, isUnitNamed, ({ run, unit, name }) => {
      if (run === this.#settings.run) state.called(unit, name);
    });
    hear(unitHeldSignal, isUnitHeld, ({ run, unit, hold, askedAt, isAlone = false }) => {
      if (run !== this.#settings.run || !state.has(unit)) return;
      state.held(unit, { hold, askedAt });
      this.#settings.held(unit, hold, askedAt, isAlone);
    });
  }

  /** Gives back the places of units whose cutover failed, once {@link runErrands} is called. */
  free(vmIds: string[]): void {
    const { source, destination } = this.#settings;
    for (const vmId of vmIds) {
      const slot = { slot: 'cutover', workflowId: vmWorkflowId(source.site, vmId) } as const;
      this.errand(async () => {
        const sites = [source.site, destination.site].map((name) => getExternalWorkflowHandle(siteWorkflowId(name)));
        await Promise.all(sites.map((site) => signalIfOpen(site, releaseSlotSignal, slot)));
      });
    }
  }

  /** Something that others must be told, in its turn. */
  errand(errand: () => Promise<void>): void {
    this.#errands.push(errand);
  }

  /** Tells these units what is wanted of them by then, once {@link runErrands} is called. */
  order(ids: string[]): void {
    this.#errands.push(async () => {
      await Promise.all(ids.map((id) => signalIfOpen(this.#unit(id), ordersSignal, this.#state.ordersFor(id))));
    });
  }

  /** Lets VMs of a drill go on, once {@link runErrands} is called. */
  proceed(ids: string[], proceed: Proceed): void {
    const { run } = this.#settings;
    this.#errands.push(async () => {
      await Promise.all(ids.map((unit) => signalIfOpen(this.#unit(unit), proceedSignal, { run, unit, proceed })));
    });
  }

  #unit(id: string) {
    return getExternalWorkflowHandle(vmWorkflowId(this.#settings.source.site, id));
  }

  /** Something has happened that may let a VM go on. */
  wake(): void {
    this.#changed = true;
  }

  /** Tells the VMs what has changed since the last time. */
  async runErrands(): Promise<void> {
    this.#changed = false;
    for (let errand = this.#errands.shift(); errand !== undefined; errand = this.#errands.shift()) await errand();
  }

  /**
   * Claims some of these units and begins them, but for those that others were seen to have, and those of which the store knows while it does
   * not answer; false when there is none.
   */
  async begin(all: Begin[]): Promise<boolean> {
    const free = all.filter(({ vm }) => !this.#blocked.has(vm.id) && !this.#claiming.isWaiting(vm.id));
    const known = free.filter((one) => !this.#isUnknown(one));
    const next = known.slice(0, STARTED_AT_ONCE);
    await this.#claiming.take((this.#settings.isWhole ? known : next).map(({ vm }) => vm));
    const granted = next.filter(({ vm }) => this.#claiming.isGranted(vm.id));
    const moved = await this.#movedBefore(granted.filter(({ phase }) => isFirst(phase)).map(({ vm }) => vm));
    if (moved === null) return this.begin(all);
    this.#state.unknown(free.filter((one) => this.#isUnknown(one)).map(({ vm }) => vm.id));
    const now = Date.now();
    const begun = granted.filter((one) => this.#state.mayBegin(one, now));
    // A person may have changed one since it was named.
    const asNow = ({ vm, phase }: Begin): Begin => ({ vm: this.#state.vmOf(vm.id), phase });
    await Promise.all(begun.map((one) => this.#beginUnit(asNow(one), moved)));
    return next.length > 0;
  }

  #isUnknown({ vm, phase }: Begin): boolean {
    return this.#isStoreAway && isFirst(phase) && this.#settings.refusesMigrated(vm);
  }

  /**
   * What is remembered of migrations of these VMs, or of others of their names: not only the last run of a VM counts. null:
   * the store does not answer.
   */
  async #movedBefore(vms: PlanVm[]): Promise<Moved[] | null> {
    const { run, source, refusesMigrated } = this.#settings;
    const asked = vms.filter((vm) => refusesMigrated(vm)).flatMap(withMembers);
    if (asked.length === 0) return [];
    try {
      return await movedBefore({ source: source.site, vms: asked, run });
    } catch (error) {
      if (!isStoreAway(error)) throw error;
      this.#isStoreAway = true;
      void this.#whenStoreAnswers();
      return null;
    }
  }

  /** Not waited for: what persons and VMs say is heard meanwhile. */
  async #whenStoreAnswers(): Promise<void> {
    try {
      await storeAnswers();
    } finally {
      this.#isStoreAway = false;
      this.wake();
    }
  }

  /** Whether the history is long enough to continue as new, and nothing remains to be told first. */
  async isDueToContinue(): Promise<boolean> {
    if (!workflowInfo().continueAsNewSuggested || this.#errands.length > 0 || this.#claiming.tell()) return false;
    await condition(allHandlersFinished);
    return this.#errands.length === 0;
  }

  /** Waits until something happens, at most `most` ms; looks after units that are lost or held by others meanwhile. */
  async whenChanged(most: number | null = null): Promise<void> {
    const isChanged = () => this.#changed || this.#errands.length > 0;
    if (!isChanged()) this.#claiming.giveBackIdle();
    const checks = [
      this.#lost.wait(this.#state.open.length, Date.now()),
      this.#free.wait(this.#blocked.size, Date.now()),
      this.#told.wait(this.#claiming.waits, Date.now()),
    ];
    const wait = Math.min(most ?? Number.POSITIVE_INFINITY, ...checks);
    // What merely waits at its gate costs the run nothing.
    await this.#alarm.wait(isChanged, wait);
    if (this.#lost.isDue(this.#state.open.length, Date.now())) await this.#noticeLost();
    if (this.#free.isDue(this.#blocked.size, Date.now())) await this.#noticeFree();
    if (this.#told.isDue(this.#claiming.waits, Date.now())) await this.#claiming.askAgain();
  }

  /** Units that wait for others are claimed anew, as another whole. */
  claimAnew(): void {
    this.#claiming.anew();
  }

  /** None of its units is worked with any more. */
  async end(): Promise<void> {
    await this.#claiming.end();
  }

  async #beginUnit({ vm, phase }: Begin, moved: Moved[]): Promise<void> {
    const { run, kind, source, destination, limits } = this.#settings;
    const state = this.#state;
    const refusesMigrated = isFirst(phase) && this.#settings.refusesMigrated(vm);
    const before = moved.find(({ vmId }) => vmId === vm.id);
    if (refusesMigrated && before !== undefined) {
      if (before.name !== null) state.called(vm.id, before.name);
      state.migratedBefore(vm.id, before.run, Date.now());
      return;
    }
    // One that the same plan names is no other's successor; those of other shards are left out already.
    const alike = moved.find((one) => one.to === destination.site && isAlike(one, vm) && !state.hasVm(one.vmId));
    // A vApp was not moved for one of its VMs, nor is that to be moved again with the others.
    const member = moved.find(({ vmId }) => vm.vms?.some(({ id }) => id === vmId));
    const movedAs = member ?? alike;
    const workflowId = vmWorkflowId(source.site, vm.id);
    state.started(vm.id, Date.now(), phase);
    this.#claiming.begun(vm.id);
    const begun = state.beginning(vm.id);
    const input: VmInput = {
      run,
      parent: workflowInfo().workflowId,
      wave: state.waveOf(vm.id),
      vm,
      source: source.site,
      destination,
      limits,
      ...(this.#settings.patience() ?? { selfCheck: 0, missingFor: 0 }),
      evidence: { execution: this.#settings.execution, kind, position: state.placeOf(vm.id)?.position ?? 0 },
      ...(movedAs === undefined ? {} : { movedAs: { vmId: movedAs.vmId, run: movedAs.run } }),
      phase,
      ...begun,
    };
    const options = {
      workflowId,
      taskQueue: unitsQueue(workflowInfo().taskQueue),
      parentClosePolicy: 'ABANDON',
      memo: {
        run,
        vm: begun.known?.report.name ?? vm.name,
        to: destination.site,
        ...sameLogins(),
        ...contractMemo,
      },
    } as const;
    // A migration that succeeded is the only one that closes in a way that this refuses.
    const unlessDone = refusesMigrated ? 'ALLOW_DUPLICATE_FAILED_ONLY' : 'ALLOW_DUPLICATE';
    if (await this.#isBegun(vm, input, { ...options, workflowIdReusePolicy: unlessDone })) return;
    const holder = await holderOfVm(workflowId);
    if (holder.name !== undefined) state.called(vm.id, holder.name);
    if (holder.state === 'migrated' && refusesMigrated) {
      state.migratedBefore(vm.id, holder.run, Date.now());
      return;
    }
    // What succeeded was no migration, or has just ended.
    const isFree = holder.state !== 'open';
    if (isFree && (await this.#isBegun(vm, input, { ...options, workflowIdReusePolicy: 'ALLOW_DUPLICATE' }))) return;
    // What is no unit of a run has claimed nothing, as a sweep.
    state.blocked(vm.id, `run ${holder.run}`, Date.now());
    this.#claiming.ended(vm.id, state.revisionOf(vm.id));
    this.#block(vm.id, workflowId);
  }

  #block(vmId: string, holder: string): void {
    this.#blocked.set(vmId, holder);
    this.#free.restart();
  }

  /** false: a workflow has this VM already */
  async #isBegun(vm: PlanVm, input: VmInput, options: ChildOptions): Promise<boolean> {
    try {
      await this.#settings.begin(vm, input, options);
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  async #noticeLost(): Promise<void> {
    const { source, destination } = this.#settings;
    const state = this.#state;
    const asked = new Map(
      state.open.map((id) => [vmWorkflowId(source.site, id), { id, revision: state.revisionOf(id) }] as const),
    );
    if (asked.size === 0) return;
    const site = siteWorkflowId(destination.site);
    for (const workflowId of await endedWorkflows([...asked.keys(), site])) {
      // Somebody has terminated it: without it nobody hears of an end, nor gets a place.
      if (workflowId === site) await openSite(destination.site);
      const { id = '', revision = 0 } = asked.get(workflowId) ?? {};
      if (!state.lost(id, revision, Date.now())) continue;
      this.#claiming.ended(id, revision);
      this.#settings.ended(state.get(id));
      this.#changed = true;
    }
  }

  async #noticeFree(): Promise<void> {
    const ended = new Set(await endedWorkflows([...new Set(this.#blocked.values())]));
    for (const [id, holder] of this.#blocked) {
      if (!ended.has(holder)) continue;
      this.#blocked.delete(id);
      this.#changed = true;
    }
  }
}

/** By its name; of a vApp by those of its VMs as well. A vApp and a VM may have one name. */
function isAlike({ vmId, name }: Moved, unit: PlanVm): boolean {
  if (name === null) return false;
  return withMembers(unit).some((one) => isVappUnit(one.id) === isVappUnit(vmId) && isSameName(name, one.name));
}

const withMembers = ({ id, name, vms = [] }: PlanVm): { id: string; name: string }[] => [{ id, name }, ...vms];

/** Nothing is known of the unit yet. */
const isFirst = (phase: Begin['phase']): boolean => phase === 'copy' || phase === 'through';
