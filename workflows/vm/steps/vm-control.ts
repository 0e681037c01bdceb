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
import {
  operationEndedSignal,
  type Proceed,
  releaseSlotSignal,
  requestSlotSignal,
  type SlotRequest,
  slotGrantedSignal,
  type VmInput,
  vmApproveSignal,
  vmCancelSignal,
  vmHeldSignal,
  vmPauseSignal,
  vmProceedSignal,
  vmReadySignal,
  vmReportQuery,
  vmResumeSignal,
} from '../../../contract/messages.js';
import { runWorkflowId, siteWorkflowId } from '../../../contract/names.js';
import type { Notice, OperationKind, SlotKind } from '../../../contract/operation.js';
import {
  type Hold,
  type OperationRecord,
  untouched,
  type VmError,
  type VmReport,
  type VmStep,
  type WaitingFor,
} from '../../../contract/report.js';
import { endedWorkflows, openSite } from '../../activities.js';
import { signalIfOpen } from './signal-if-open.js';
import { Stopped } from './step-errors.js';

/** A VM that waits for its drill asks at least this often whether the drill still runs: ms. */
const LONGEST_UNHEARD = 60 * 60_000;

export type VmControl = ReturnType<typeof createVmControl>;

export function createVmControl(input: VmInput) {
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
  let goesThrough: 'no' | 'unless-held' | 'always' = 'no';
  let hold: Hold | null = null;
  let [site, peer] = [input.destination.site, input.source];
  let vmIdNow: string | null = null;
  const told = new Map<Proceed['to'], Proceed>();

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
  setHandler(vmProceedSignal, (proceed) => {
    told.set(proceed.to, proceed);
  });
  setHandler(vmCancelSignal, stop);
  setHandler(vmReportQuery, () => ({ ...report, hold }));
  // Temporal's own cancellation means the same as Drover's; the steps themselves run in a scope that it cannot break.
  CancellationScope.current().cancelRequested.catch(stop);

  const siteHandle = () => getExternalWorkflowHandle(siteWorkflowId(site));
  const runHandle = () => getExternalWorkflowHandle(runWorkflowId(input.run));
  const isStopped = (): boolean => stopRequested && goesThrough === 'no';

  async function waitFor(reason: WaitingFor | null, isOver: () => boolean, timeout?: number): Promise<boolean> {
    if (isOver()) return true;
    report.state = 'waiting';
    report.waitingFor = reason;
    try {
      const over = () => isOver() || isStopped();
      if (timeout === undefined) await condition(over);
      else if (!(await condition(over, timeout))) return false;
    } finally {
      report.state = 'running';
      report.waitingFor = null;
    }
    if (isStopped()) throw new Stopped();
    return true;
  }

  return {
    input,
    report,
    get resumedAt() {
      return resumedAt;
    },
    /** where the replication lives, and the other site */
    get site() {
      return site;
    },
    get peer() {
      return peer;
    },
    get isStopRequested() {
      return isStopped();
    },
    get isPaused() {
      return paused;
    },

    /** VCDA's id of the VM after a reverse; null: as the plan names it */
    get vmIdNow() {
      return vmIdNow;
    },

    /** After a reverse, the recovered VM is the one that is replicated. */
    knowAs(vmId: string | null): void {
      vmIdNow = vmId;
    },

    /** The replication lives at another site now, as after a reverse. */
    moveTo(where: { site: string; peer: string }): void {
      site = where.site;
      peer = where.peer;
    },

    /**
     * From now on neither a stop nor a pause ends or delays anything: what has begun is brought to its end. `unless-held`: a
     * stop still ends the wait for a person; `always`: not even that.
     */
    goThrough(how: 'unless-held' | 'always'): void {
      goesThrough = how;
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
      if (isStopped()) throw new Stopped();
      await waitFor(null, () => !paused || goesThrough !== 'no');
    },

    /** Tells the drill that this VM has come to the end of a phase. */
    async tellReady(step: VmStep): Promise<void> {
      report.step = step;
      await signalIfOpen(runHandle(), vmReadySignal, report);
    },

    /**
     * What the drill said to let this VM go on; null when it is over, so that nobody will.
     * @throws Stopped
     */
    async whenTold<To extends Proceed['to']>(to: To): Promise<Extract<Proceed, { to: To }> | null> {
      for (let patience = input.selfCheck; ; patience = lessOften(patience)) {
        if (await waitFor('dependency', () => told.has(to), Math.min(patience, LONGEST_UNHEARD))) break;
        if ((await endedWorkflows([runWorkflowId(input.run)])).length > 0) return null;
      }
      return told.get(to) as Extract<Proceed, { to: To }>;
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
      await signalIfOpen(runHandle(), vmHeldSignal, {
        vmId: input.vm.id,
        hold: reason,
        at: Date.now(),
      });
      const isGivenUp = () => stopRequested && goesThrough !== 'always';
      if (isOver === undefined) {
        await waitFor(null, () => hold === null || isGivenUp());
        if (isGivenUp()) throw new Stopped();
      } else await condition(() => hold === null || isOver());
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
          while (!(await signalIfOpen(siteHandle(), requestSlotSignal, request))) await openSite(site);
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
