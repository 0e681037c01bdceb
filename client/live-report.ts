/**
 * A run holds the final reports of its VMs only, since every progress message would cost it history. What an open VM is
 * doing, its own workflow answers by query. This is the one place where both are put together.
 */
import type { WorkflowExecutionDescription, WorkflowExecutionInfo, WorkflowHandle } from '@temporalio/client';
import pMap from 'p-map';
import { runPlanQuery, vmReportQuery } from '../contract/messages.js';
import { isVmWorkflowId, runWorkflowId, siteWorkflowId, vmOfWorkflowId } from '../contract/names.js';
import { withVms } from '../contract/read-run.js';
import { type Hold, isFinal, type RunReport, type VmReport } from '../contract/report.js';
import type { Plan } from '../plan/types.js';
import { type Attention, attentionFor, type Findings } from './attention.js';
import type { WorkflowFailing } from './errors.js';
import { findFailing } from './failing-task.js';
import { keptReport, orKept } from './kept-runs.js';
import { listWorkflows } from './list-workflows.js';
import { type Retry, retriesOf, retryingOf } from './retries.js';
import { readRun } from './run-state.js';
import { ANSWER_WITHIN, askTemporal, type Session, within } from './session.js';

/** A run's report as it is at this moment, with what a person should see or do about it. */
export interface LiveReport extends RunReport {
  attention: Attention[];
}

/** ms for the run, and for all of its open VMs together, to answer */
export interface Patience {
  run: number;
  vms: number;
}

const NOTHING_FOUND = { runFailing: null, held: [], failing: [], endedOutside: null, loading: null, approval: null };
const PATIENT: Patience = { run: ANSWER_WITHIN, vms: ANSWER_WITHIN };
const ASKED_AT_ONCE = 20;

/** What an open VM says of itself; `failing` instead when its code fails over and over. */
interface OpenVm {
  id: string;
  report: VmReport | null;
  hold: Hold | null;
  failing: WorkflowFailing | null;
}

/** Reads one run again and again; remembers what open VMs said last, so that a silent moment does not set them back. */
export class LiveReports {
  readonly #session: Session;
  readonly #run: string;
  readonly #lastSaid = new Map<string, VmReport>();
  #approval: Plan['cutover']['approval'] | null = null;
  /** workflows of VMs, as of the last read */
  #open: WorkflowExecutionInfo[] = [];

  constructor(session: Session, run: string) {
    this.#session = session;
    this.#run = run;
  }

  /**
   * @param patience how long to wait for answers; an open VM that gives none is shown as it was last seen
   * @throws RunNotFound, NoWorker, WorkflowFailing, TemporalUnreachable
   */
  read(patience: Patience = PATIENT): Promise<LiveReport> {
    return orKept(
      this.#session,
      this.#run,
      () => this.#readOpen(patience),
      async (kept) => {
        const report = await keptReport(this.#session, kept);
        return { ...report, attention: attentionFor(report, NOTHING_FOUND) };
      },
    );
  }

  async #readOpen(patience: Patience): Promise<LiveReport> {
    const { report, described, endedOutside, loading } = await readRun(this.#session, this.#run, patience.run);
    const failing = await findFailing(this.#session, described);
    const site = report.finishedAt === null ? await this.#whySiteStands(described) : null;
    const open = report.finishedAt === null ? await this.#askOpenVms(report, patience.vms) : [];
    for (const vm of open) {
      if (vm.report !== null) {
        this.#lastSaid.set(vm.id, vm.report);
      }
    }
    const merged = mergeReports(report, this.#lastSaid);
    return {
      ...merged,
      attention: attentionFor(merged, {
        runFailing: failing,
        held: open.flatMap(({ id, hold }) => (hold === null ? [] : [{ id, hold }])),
        failing: [site, ...open.map((vm) => vm.failing)].filter((one) => one !== null),
        endedOutside,
        loading,
        approval: merged.vms.some(({ waitingFor }) => waitingFor === 'approval') ? await this.#askApproval() : null,
      }),
    };
  }

  /** What the plan wants approved, asked once: it stays so. null: the run gave no answer, or it wants nothing approved. */
  async #askApproval(): Promise<Findings['approval']> {
    const handle = this.#session.client.workflow.getHandle(runWorkflowId(this.#run));
    try {
      this.#approval ??= (
        await within(this.#session, ANSWER_WITHIN, () => handle.query(runPlanQuery))
      ).cutover.approval;
    } catch {
      return null;
    }
    return this.#approval === 'none' ? null : this.#approval;
  }

  /** What the workflow of a VM that was open when the run was last read tries again at this moment. */
  retries(vmId: string): Promise<Retry[]> {
    return askTemporal(this.#session, () => this.#retries(vmId));
  }

  async #retries(vmId: string): Promise<Retry[]> {
    const child = this.#open.find((one) => vmOfWorkflowId(one.workflowId) === vmId);
    if (child === undefined) {
      return [];
    }
    return retriesOf(await this.#session.client.workflow.getHandle(child.workflowId, child.runId).describe());
  }

  async #askOpenVms(report: RunReport, ms: number): Promise<OpenVm[]> {
    const unfinished = new Set(report.vms.filter(({ state }) => !isFinal(state)).map(({ id }) => id));
    this.#open = (await this.#openChildren()).filter((child) => unfinished.has(vmOfWorkflowId(child.workflowId)));
    // One deadline for all of them: with the workers gone, a thousand VMs must not mean a thousand waits.
    const deadline = Date.now() + ms;
    const said = await pMap(this.#open, (child) => this.#ask(child, deadline), { concurrency: ASKED_AT_ONCE });
    await pMap(said, (vm) => this.#addRetries(vm, deadline), { concurrency: ASKED_AT_ONCE });
    return said;
  }

  /** What its activities try again is no news to its workflow, so Temporal is asked; time that is short is better spent otherwise. */
  async #addRetries({ id, report }: OpenVm, deadline: number): Promise<void> {
    if (report === null || report.state !== 'running' || report.retrying != null || Date.now() >= deadline) return;
    try {
      report.retrying = retryingOf(
        await within(this.#session, deadline - Date.now(), () => this.#retries(id)),
        Date.now(),
      );
    } catch {
      // It is shown without: what it does is known.
    }
  }

  /** By the root of their tree and not by their ids alone: a VM's workflow id is the same in every run that ever touched the VM. */
  async #openChildren(): Promise<WorkflowExecutionInfo[]> {
    const query = `ExecutionStatus = 'Running' AND RootWorkflowId = '${runWorkflowId(this.#run)}'`;
    return (await listWorkflows(this.#session, query)).filter(({ workflowId }) => isVmWorkflowId(workflowId));
  }

  async #ask(child: WorkflowExecutionInfo, deadline: number): Promise<OpenVm> {
    const id = vmOfWorkflowId(child.workflowId);
    const handle = this.#session.client.workflow.getHandle(child.workflowId, child.runId);
    try {
      const ms = Math.max(0, deadline - Date.now());
      const { hold, ...report } = await within(this.#session, ms, () => handle.query(vmReportQuery));
      return { id, report, hold, failing: null };
    } catch {
      return { id, report: null, hold: null, failing: await this.#whyNoAnswer(handle) };
    }
  }

  /** The site's workflow gives out slots and hears of ended tasks: while it fails, every VM merely seems to wait. */
  async #whySiteStands({ memo }: WorkflowExecutionDescription): Promise<WorkflowFailing | null> {
    const site = memo?.site;
    if (typeof site !== 'string') {
      return null;
    }
    return this.#whyNoAnswer(this.#session.client.workflow.getHandle(siteWorkflowId(site)));
  }

  async #whyNoAnswer(handle: WorkflowHandle): Promise<WorkflowFailing | null> {
    try {
      return await findFailing(this.#session, await askTemporal(this.#session, () => handle.describe()));
    } catch {
      // It may just have ended; then the run's next report says how.
      return null;
    }
  }
}

/** The run's report with what its open VMs said themselves; of one that has ended, or waits at its gate, the run knows better. */
export function mergeReports(report: RunReport, said: ReadonlyMap<string, VmReport>): RunReport {
  const vms = report.vms.map((vm) => (vm.state === 'running' ? (said.get(vm.id) ?? vm) : vm));
  return withVms(report, vms);
}
