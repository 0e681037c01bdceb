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
import type { Notice, OperationKind, SlotKind } from '../activities/types.js';
import { runWorkflowId, siteWorkflowId } from '../plan/names.js';
import { openSite } from './activities.js';
import { signalIfOpen } from './external.js';
import {
  type MigrateVmInput,
  operationEndedSignal,
  releaseSlotSignal,
  requestSlotSignal,
  type SlotRequest,
  slotGrantedSignal,
  vmApproveSignal,
  vmCancelSignal,
  vmHeldSignal,
  vmPauseSignal,
  vmReportQuery,
  vmResumeSignal,
} from './messages.js';
import {
  type Hold,
  type OperationRecord,
  untouched,
  type VmError,
  type VmReport,
  type VmStep,
  type WaitingFor,
} from './report.js';
import { Stopped } from './step-errors.js';

/** What the steps of a VM need of their input, whatever kind of run it belongs to. */
export type VmControlInput = Pick<
  MigrateVmInput,
  'run' | 'wave' | 'vm' | 'limits' | 'selfCheck' | 'approved' | 'paused' | 'resumedAt'
> & { site: string; peer: string };

export type VmControl = ReturnType<typeof createVmControl>;

export function createVmControl(input: VmControlInput) {
  const report: VmReport = {
    ...untouched(input.vm, input.wave),
    state: 'running',
    startedAt: iso(Date.now()),
  };
  const notices = new Map<string, Notice>();
  const granted = new Set<SlotKind>();
  const attempts = new Map<OperationKind, number>();
  const stopListeners = new Set<() => void>();
  let { approved, paused, resumedAt } = input;
  let stopRequested = false;
  let hold: Hold | null = null;

  const stop = (): void => {
    stopRequested = true;
    for (const listener of stopListeners) listener();
  };
  setHandler(operationEndedSignal, (notice) => {
    const key = `${notice.operationId} ${notice.phase}`;
    if (!notices.has(key)) notices.set(key, notice);
  });
  setHandler(slotGrantedSignal, ({ slot }) => {
    granted.add(slot);
  });
  setHandler(vmApproveSignal, () => {
    approved = true;
  });
  setHandler(vmPauseSignal, () => {
    paused = true;
  });
  setHandler(vmResumeSignal, ({ at }) => {
    paused = false;
    hold = null;
    resumedAt = Math.max(resumedAt, at);
  });
  setHandler(vmCancelSignal, stop);
  setHandler(vmReportQuery, () => ({ ...report, hold }));
  // Temporal's own cancellation means the same as Drover's; the steps themselves run in a scope that it cannot break.
  CancellationScope.current().cancelRequested.catch(stop);

  const siteHandle = () => getExternalWorkflowHandle(siteWorkflowId(input.site));

  async function waitFor(reason: WaitingFor | null, isOver: () => boolean, timeout?: number): Promise<boolean> {
    if (isOver()) return true;
    report.state = 'waiting';
    report.waitingFor = reason;
    try {
      const over = () => isOver() || stopRequested;
      if (timeout === undefined) await condition(over);
      else if (!(await condition(over, timeout))) return false;
    } finally {
      report.state = 'running';
      report.waitingFor = null;
    }
    if (stopRequested) throw new Stopped();
    return true;
  }

  return {
    input,
    report,
    get resumedAt() {
      return resumedAt;
    },
    get isStopRequested() {
      return stopRequested;
    },
    get isPaused() {
      return paused;
    },

    /** The number in the next operation id of a kind; never used twice by this VM in this run. */
    nextAttempt(kind: OperationKind): number {
      const next = (attempts.get(kind) ?? 0) + 1;
      attempts.set(kind, next);
      return next;
    },

    enter(step: VmStep): void {
      report.step = step;
    },

    notice: (operationId: string, phase: Notice['phase']): Notice | undefined => notices.get(`${operationId} ${phase}`),

    /** Calls back once when a stop is asked for; returns the undoing. */
    onStop(listener: () => void): () => void {
      stopListeners.add(listener);
      return () => stopListeners.delete(listener);
    },

    /** @returns false when `timeout` ms passed first. @throws Stopped */
    waitFor,

    /** Waits at most `timeout` ms while an operation runs: the VM counts as running, not as waiting. */
    async waitQuietly(isOver: () => boolean, timeout: number): Promise<void> {
      await condition(isOver, timeout);
    },

    /** Holds while the run is paused. @throws Stopped */
    async whenAllowed(): Promise<void> {
      if (stopRequested) throw new Stopped();
      await waitFor(null, () => !paused);
    },

    /** @throws Stopped */
    async whenApproved(): Promise<void> {
      await waitFor('approval', () => approved);
    },

    /**
     * Tells the run why nothing goes on here, and waits until a person says `resume`.
     * @param isOver ends the hold as well; with it, a stop does not: what runs at the site is brought to its end
     * @throws Stopped
     */
    async holdFor(reason: Hold, isOver?: () => boolean): Promise<void> {
      hold = reason;
      await signalIfOpen(getExternalWorkflowHandle(runWorkflowId(input.run)), vmHeldSignal, {
        vmId: input.vm.id,
        hold: reason,
        at: Date.now(),
      });
      if (isOver === undefined) await waitFor(null, () => hold === null);
      else await condition(() => hold === null || isOver());
      hold = null;
    },

    /** @returns false when `timeout` ms passed first; the request is withdrawn then. @throws Stopped */
    async takeSlot(slot: SlotKind, timeout?: number): Promise<boolean> {
      granted.delete(slot);
      const share = slot === 'sync' ? input.limits.syncs : input.limits.cutovers;
      const request: SlotRequest = {
        slot,
        workflowId: workflowInfo().workflowId,
        run: input.run,
        vm: { id: input.vm.id, name: input.vm.name },
        share: share ?? null,
      };
      const until = timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout;
      try {
        // Asked again ever more seldom: a site's workflow that somebody ended forgets who queued.
        for (let patience = input.selfCheck; ; patience = lessOften(patience)) {
          while (!(await signalIfOpen(siteHandle(), requestSlotSignal, request))) await openSite(input.site);
          if (await waitFor('capacity', () => granted.has(slot), Math.min(patience, until - Date.now()))) return true;
          if (Date.now() >= until) break;
        }
        await this.giveSlot(slot);
        return false;
      } catch (error) {
        await this.giveSlot(slot);
        throw error;
      }
    },

    async giveSlot(slot: SlotKind): Promise<void> {
      await signalIfOpen(siteHandle(), releaseSlotSignal, { slot, workflowId: workflowInfo().workflowId });
    },

    record(operation: OperationRecord): OperationRecord {
      report.operations.push(operation);
      return operation;
    },

    fail(error: VmError): void {
      report.error = error;
    },
  };
}

/** A VM that hears nothing asks ever more seldom, since each question costs history: ms. */
export const lessOften = (patience: number): number => Math.min(4 * patience, 24 * 60 * 60_000);

export const iso = (at: number): string => new Date(at).toISOString();
