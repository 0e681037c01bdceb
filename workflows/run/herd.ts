/**
 * The VMs of a run or drill: each a workflow of its own, begun, steered and heard by signals. The children are abandoned on
 * purpose: they outlive their parent's continue-as-new, and report by signal to its id, whichever execution of it is open.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  type SignalDefinition,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  cancelUpdate,
  pauseUpdate,
  resumeUpdate,
  type Scope,
  type Steered,
  siteAwaySignal,
  siteHeldSignal,
  siteResumeSignal,
  type VmInput,
  vmCancelSignal,
  vmEndedSignal,
  vmHeldSignal,
  vmPauseSignal,
  vmResumeSignal,
} from '../../contract/messages.js';
import { siteWorkflowId, vmWorkflowId } from '../../contract/names.js';
import type { Hold } from '../../contract/report.js';
import type { PlanVm } from '../../plan/types.js';
import { endedWorkflows, holderOfVm, openSite, siteSettings } from '../activities.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import { adviceIn } from '../vm/steps/step-errors.js';
import type { Pause, RunBook } from './run-state.js';

/** Children are started this many at a time, so that what a person says is heard in between. */
const STARTED_AT_ONCE = 20;
/** How often it is checked that open VMs still run, and that VMs held by others are free: ms. */
const CHECK = 10 * 60_000;
const BLOCKED_CHECK = 30_000;

/** Options of a VM's workflow that are the same for all kinds. */
export interface ChildOptions {
  workflowId: string;
  parentClosePolicy: 'ABANDON';
  memo: { run: string };
  workflowIdReusePolicy: 'ALLOW_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY';
}

export interface HerdSettings {
  run: string;
  source: { site: string };
  destination: { site: string };
  limits: VmInput['limits'];
  /** starts the workflow of one VM */
  begin(vm: PlanVm, input: VmInput, options: ChildOptions): Promise<unknown>;
  /** VMs that an earlier run has migrated are not begun again, and said to be */
  refusesMigrated: boolean;
}

export type Herd = ReturnType<typeof createHerd>;

/** Registers every message handler when made, so that nothing said at the start is missed. */
export function createHerd(book: RunBook, settings: HerdSettings) {
  const { run, source, destination, limits } = settings;
  const blocked = new Set<string>();
  /** what has changed and must be told to others, in order */
  const errands: (() => Promise<void>)[] = [];
  let changed = true;
  let selfCheck = 0;

  const child = (vmId: string) => getExternalWorkflowHandle(vmWorkflowId(source.site, vmId));
  const tell = <Args extends unknown[]>(vmIds: string[], signal: SignalDefinition<Args>, ...args: Args): void => {
    errands.push(async () => {
      await Promise.all(vmIds.map((id) => signalIfOpen(child(id), signal, ...args)));
    });
  };
  const pause = (reason: Pause): void => {
    if (book.paused === null) tell(book.open, vmPauseSignal);
    book.pause(reason);
  };
  const cancel = (scope: Scope): Steered => {
    const before = book.report().totals;
    const open = book.cancel(scope.vm, Date.now());
    tell(open, vmCancelSignal);
    changed = true;
    const ended = book.report().totals.cancelled - before.cancelled;
    return {
      affected: open.length + ended,
      message: `${ended} not started, ${open.length} asked to stop; a cutover that has begun is brought to its end`,
    };
  };
  const holdSince = (at: number, { message, advice = null }: Pick<Hold, 'message'> & Partial<Hold>): void => {
    if (at > book.resumedAt) pause({ message, advice });
  };

  setHandler(vmEndedSignal, (report) => {
    book.ended(report);
    const reason = book.tooManyFailures();
    if (reason !== null) pause(reason);
    changed = true;
  });
  setHandler(vmHeldSignal, ({ hold, at }) => holdSince(at, hold));
  setHandler(siteHeldSignal, (hold) => holdSince(hold.at, hold));
  setHandler(siteAwaySignal, ({ site, since, message }) =>
    book.reach(site, message === null ? null : { since, message }),
  );
  setHandler(pauseUpdate, ({ reason }) => {
    pause({ message: reason, advice: null });
    return { affected: book.open.length, message: 'no VM is started or cut over until drover resume' };
  });
  setHandler(resumeUpdate, () => {
    book.resume(Date.now());
    tell(book.open, vmResumeSignal, { at: book.resumedAt });
    errands.push(async () => {
      const sites = [source.site, destination.site].map((name) => getExternalWorkflowHandle(siteWorkflowId(name)));
      await Promise.all(sites.map((site) => signalIfOpen(site, siteResumeSignal, { at: book.resumedAt })));
    });
    changed = true;
    return { affected: book.open.length, message: 'the run goes on' };
  });
  setHandler(cancelUpdate, cancel, { validator: (scope) => refuseUnknown(book, scope) });
  CancellationScope.current().cancelRequested.catch(() => cancel({}));

  return {
    tell,

    /** Something has happened that may let a VM go on. */
    wake(): void {
      changed = true;
    },

    /** Makes sure that the workers know both sites; a run that names others holds until a person has mended the config. */
    async prepare(): Promise<void> {
      while (!book.isDone) {
        try {
          await siteSettings(source.site);
          ({ selfCheck } = await siteSettings(destination.site));
          await openSite(destination.site);
          return;
        } catch (error) {
          const cause = error instanceof Error && error.cause instanceof ApplicationFailure ? error.cause : undefined;
          if (cause === undefined) throw error;
          book.pause({ message: cause.message, advice: adviceIn(error) });
          await condition(() => book.paused === null || book.isDone);
        }
      }
    },

    /** Tells the VMs what has changed since the last time. */
    async runErrands(): Promise<void> {
      changed = false;
      for (let errand = errands.shift(); errand !== undefined; errand = errands.shift()) await errand();
    },

    /** Begins some of these VMs, but for those that others were seen to have; false when there is none. */
    async begin(vms: PlanVm[]): Promise<boolean> {
      const next = vms.filter((vm) => !blocked.has(vm.id)).slice(0, STARTED_AT_ONCE);
      await Promise.all(next.map((vm) => beginVm(vm)));
      return next.length > 0;
    },

    /** Whether the history is long enough to continue as new, and nothing remains to be told first. */
    async isDueToContinue(): Promise<boolean> {
      if (!workflowInfo().continueAsNewSuggested || errands.length > 0) return false;
      await condition(allHandlersFinished);
      return errands.length === 0;
    },

    /** Waits until something happens, at most `most` ms; looks after VMs that are lost or held by others when nothing does. */
    async whenChanged(most: number = CHECK): Promise<void> {
      const check = blocked.size > 0 ? BLOCKED_CHECK : CHECK;
      const woken = await condition(() => changed || errands.length > 0, Math.min(most, check));
      if (woken || most < check) return;
      blocked.clear();
      await noticeLost();
    },
  };

  async function beginVm(vm: PlanVm): Promise<void> {
    const workflowId = vmWorkflowId(source.site, vm.id);
    book.started(vm.id, Date.now());
    const input: VmInput = {
      run,
      wave: book.waveOf(vm.id),
      vm,
      source: source.site,
      destination,
      limits,
      selfCheck,
      approved: book.isApproved(vm.id),
      paused: book.paused !== null,
      resumedAt: book.resumedAt,
    };
    const options = { workflowId, parentClosePolicy: 'ABANDON', memo: { run } } as const;
    // A migration that succeeded is the only one that closes in a way that this refuses.
    const unlessDone = settings.refusesMigrated ? 'ALLOW_DUPLICATE_FAILED_ONLY' : 'ALLOW_DUPLICATE';
    if (await isBegun(vm, input, { ...options, workflowIdReusePolicy: unlessDone })) return;
    const holder = await holderOfVm(workflowId);
    if (holder.state === 'migrated' && settings.refusesMigrated) {
      book.migratedBefore(vm.id, holder.run, Date.now());
      return;
    }
    // What succeeded was no migration, or has just ended.
    const isFree = holder.state !== 'open';
    if (isFree && (await isBegun(vm, input, { ...options, workflowIdReusePolicy: 'ALLOW_DUPLICATE' }))) return;
    book.blocked(vm.id, `run ${holder.run}`);
    blocked.add(vm.id);
  }

  /** false: a workflow has this VM already */
  async function isBegun(vm: PlanVm, input: VmInput, options: ChildOptions): Promise<boolean> {
    try {
      await settings.begin(vm, input, options);
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  async function noticeLost(): Promise<void> {
    const ids = new Map(book.open.map((id) => [vmWorkflowId(source.site, id), id]));
    if (ids.size === 0) return;
    for (const workflowId of await endedWorkflows([...ids.keys()])) book.lost(ids.get(workflowId) ?? '', Date.now());
  }
}

export function refuseUnknown(book: RunBook, { vm, wave }: Scope): void {
  if (vm !== undefined && book.vmId(vm) === undefined) {
    throw ApplicationFailure.nonRetryable(`the run has no VM ${vm}`, 'UnknownVm');
  }
  if (wave !== undefined && !book.hasWave(wave)) {
    throw ApplicationFailure.nonRetryable(`the run has no wave ${wave}`, 'UnknownWave');
  }
}
