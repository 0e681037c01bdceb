/**
 * One run of a plan: its waves in order, each VM a workflow of its own. The children are abandoned on purpose: they outlive
 * the run's continue-as-new, and report by signal to the run's id, whichever execution of it is open.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  type SignalDefinition,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { siteWorkflowId, vmWorkflowId } from '../plan/names.js';
import type { PlanVm } from '../plan/types.js';
import { endedWorkflows, holderOfVm, openSite, siteSettings } from './activities.js';
import { signalIfOpen } from './external.js';
import {
  approveUpdate,
  cancelUpdate,
  type MigrateVmInput,
  pauseUpdate,
  type RunInput,
  resumeUpdate,
  runReportQuery,
  type Scope,
  type Steered,
  siteAwaySignal,
  siteHeldSignal,
  siteResumeSignal,
  vmApproveSignal,
  vmCancelSignal,
  vmEndedSignal,
  vmHeldSignal,
  vmPauseSignal,
  vmResumeSignal,
} from './messages.js';
import { migrateVm } from './migrate-vm.js';
import type { RunReport } from './report.js';
import { RunBook } from './run-book.js';

/** Children are started this many at a time, so that what a person says is heard in between. */
const STARTED_AT_ONCE = 20;
/** How often it is checked that open VMs still run, and that VMs held by others are free: ms. */
const CHECK = 10 * 60_000;
const BLOCKED_CHECK = 30_000;

export async function planRun(input: RunInput): Promise<RunReport> {
  const book = new RunBook(input, Date.now());
  const { source, destination } = input.plan;
  const blocked = new Set<string>();
  /** what has changed and must be told to others, in order */
  const errands: (() => Promise<void>)[] = [];
  let changed = true;

  const child = (vmId: string) => getExternalWorkflowHandle(vmWorkflowId(source.site, vmId));
  const tell = <Args extends unknown[]>(vmIds: string[], signal: SignalDefinition<Args>, ...args: Args): void => {
    errands.push(async () => {
      await Promise.all(vmIds.map((id) => signalIfOpen(child(id), signal, ...args)));
    });
  };
  const pause = (reason: string): void => {
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

  setHandler(vmEndedSignal, (report) => {
    book.ended(report);
    const reason = book.tooManyFailures();
    if (reason !== null) pause(reason);
    changed = true;
  });
  const holdSince = (at: number, message: string): void => {
    if (at > book.resumedAt) pause(message);
  };
  setHandler(vmHeldSignal, ({ hold, at }) => holdSince(at, hold.message));
  setHandler(siteHeldSignal, ({ at, message }) => holdSince(at, message));
  setHandler(siteAwaySignal, ({ site, since, message }) =>
    book.reach(site, message === null ? null : { since, message }),
  );
  setHandler(pauseUpdate, ({ reason }) => {
    pause(reason);
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
  setHandler(
    approveUpdate,
    (scope) => {
      const vmIds = book.approve(scope);
      tell(vmIds, vmApproveSignal);
      changed = true;
      return { affected: vmIds.length, message: 'approved' };
    },
    {
      validator: (scope) => {
        refuseUnknown(book, scope);
        refuseTooWide(input.plan.cutover.approval, scope);
      },
    },
  );
  setHandler(cancelUpdate, cancel, { validator: (scope) => refuseUnknown(book, scope) });
  setHandler(runReportQuery, () => book.report());
  CancellationScope.current().cancelRequested.catch(() => cancel({}));

  return CancellationScope.nonCancellable(async () => {
    const selfCheck = await prepare(book, source.site, destination.site);
    while (!book.isDone) {
      changed = false;
      for (let errand = errands.shift(); errand !== undefined; errand = errands.shift()) await errand();
      const next = book
        .startable()
        .filter((vm) => !blocked.has(vm.id))
        .slice(0, STARTED_AT_ONCE);
      await Promise.all(next.map((vm) => startVm(vm)));
      if (next.length > 0) continue;
      if (book.isDone) break;
      if (workflowInfo().continueAsNewSuggested && errands.length === 0) {
        await condition(allHandlersFinished);
        await continueAsNew<typeof planRun>({ run: input.run, plan: input.plan, carried: book.carried });
      }
      const woken = await condition(() => changed || errands.length > 0, blocked.size > 0 ? BLOCKED_CHECK : CHECK);
      if (woken) continue;
      blocked.clear();
      await noticeLost();
    }
    book.finish(Date.now());
    return book.report();

    async function startVm(vm: PlanVm): Promise<void> {
      const workflowId = vmWorkflowId(source.site, vm.id);
      book.started(vm.id, Date.now());
      try {
        await startChild(migrateVm, {
          workflowId,
          args: [migrateInput(vm)],
          parentClosePolicy: 'ABANDON',
          workflowIdReusePolicy: input.plan.remigrate ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
          memo: { run: input.run },
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const holder = await holderOfVm(workflowId);
        if (holder.state === 'migrated') {
          book.migratedBefore(vm.id, holder.run, Date.now());
        } else {
          book.blocked(vm.id, `run ${holder.run}`);
          blocked.add(vm.id);
        }
      }
    }

    function migrateInput(vm: PlanVm): MigrateVmInput {
      const { replication, limits, cutover, keepReplication } = input.plan;
      return {
        run: input.run,
        wave: book.waveOf(vm.id),
        vm,
        source: source.site,
        destination,
        replication,
        limits,
        cutover,
        keepReplication,
        selfCheck,
        approved: book.isApproved(vm.id),
        paused: book.paused !== null,
        resumedAt: book.resumedAt,
      };
    }

    async function noticeLost(): Promise<void> {
      const ids = new Map(book.open.map((id) => [vmWorkflowId(source.site, id), id]));
      if (ids.size === 0) return;
      for (const workflowId of await endedWorkflows([...ids.keys()])) book.lost(ids.get(workflowId) ?? '', Date.now());
    }
  });
}

/** Makes sure that the workers know both sites; a run that names others holds until a person has mended the config. */
async function prepare(book: RunBook, source: string, destination: string): Promise<number> {
  for (;;) {
    try {
      await siteSettings(source);
      const { selfCheck } = await siteSettings(destination);
      await openSite(destination);
      return selfCheck;
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof ApplicationFailure ? error.cause : undefined;
      if (cause === undefined) throw error;
      book.pause(cause.message);
      await condition(() => book.paused === null || book.isDone);
      if (book.isDone) return 0;
    }
  }
}

/** Where the plan wants a word for each VM, one word for many is not it. */
function refuseTooWide(approval: RunInput['plan']['cutover']['approval'], { vm }: Scope): void {
  if (approval !== 'vm' || vm !== undefined) return;
  throw ApplicationFailure.nonRetryable(
    'the plan asks for an approval of each VM: drover approve RUN VM',
    'ApprovalTooWide',
  );
}

function refuseUnknown(book: RunBook, { vm, wave }: Scope): void {
  if (vm !== undefined && book.vmId(vm) === undefined) {
    throw ApplicationFailure.nonRetryable(`the run has no VM ${vm}`, 'UnknownVm');
  }
  if (wave !== undefined && !book.hasWave(wave)) {
    throw ApplicationFailure.nonRetryable(`the run has no wave ${wave}`, 'UnknownWave');
  }
}
