/**
 * What the open VMs of a run do at this moment. Their sites know it of all of them, by one question each; only some are asked
 * themselves, so that a look at a run costs it the same however many are open.
 */
import type { WorkflowExecutionInfo, WorkflowHandle } from '@temporalio/client';
import pMap from 'p-map';
import { siteUnderWayQuery, vmReportQuery } from '../contract/messages.js';
import { isVmWorkflowId, runWorkflowId, siteWorkflowId, vmOfWorkflowId } from '../contract/names.js';
import { type Hold, isFinal, type VmReport } from '../contract/report.js';
import type { Transfer } from '../contract/transfer.js';
import type { UnderWay } from '../contract/under-way.js';
import type { WorkflowFailing } from './errors.js';
import { findFailing } from './failing-task.js';
import { listWorkflows } from './list-workflows.js';
import { type Retry, retriesOf, retryingOf } from './retries.js';
import { askTemporal, type Session, within } from './session.js';
import { transfersOf } from './site-transfers.js';
import { byNeed } from './urgency.js';

/** VMs that are asked themselves at one look. */
export const MOST_ASKED = 20;

/** What an open VM says of itself; `failing` instead when its code fails over and over. */
export interface OpenVm {
  id: string;
  report: VmReport | null;
  hold: Hold | null;
  failing: WorkflowFailing | null;
}

export interface Seen {
  /** by those that were asked */
  said: OpenVm[];
  /** by ids of VMs: what their sites do for them */
  underWay: Map<string, UnderWay>;
  /** by ids of VMs: how far their sites' polls have seen them */
  transfers: Map<string, Transfer>;
}

export class OpenVms {
  readonly #session: Session;
  readonly #run: string;
  /** their workflows, as of the last look */
  #open: WorkflowExecutionInfo[] = [];

  constructor(session: Session, run: string) {
    this.#session = session;
    this.#run = run;
  }

  /**
   * @param sites at which they are worked
   * @param only the one that is asked itself; absent: the {@link MOST_ASKED} of which least is known
   * @param ms for all of them together to answer: with the workers gone, a thousand VMs must not mean a thousand waits
   */
  async look(vms: VmReport[], sites: string[], ms: number, only?: string): Promise<Seen> {
    const deadline = Date.now() + ms;
    // A site's workflow whose code fails must not take the time in which VMs could answer.
    const soon = Date.now() + ms / 2;
    const [children, told, polls] = await Promise.all([
      this.#children(),
      Promise.all(sites.map((site) => this.#askSite(site, soon))),
      Promise.all(sites.map((site) => this.#pollOf(site, soon))),
    ]);
    const unfinished = new Set(vms.filter(({ state }) => !isFinal(state)).map(({ id }) => id));
    this.#open = children.filter((child) => unfinished.has(vmOfWorkflowId(child.workflowId)));
    const underWay = new Map(told.flat().map((one) => [vmOfWorkflowId(one.workflowId), one]));
    const asked = only === undefined ? leastKnown(vms, this.#open, underWay) : this.#open.filter(isOf(only));
    const said = await pMap(asked, (child) => this.#ask(child, deadline), { concurrency: MOST_ASKED });
    await pMap(said, (vm) => this.#addRetries(vm, deadline), { concurrency: MOST_ASKED });
    const transfers = new Map(polls.flat().map(([workflowId, one]) => [vmOfWorkflowId(workflowId), one]));
    return { said, underWay, transfers };
  }

  /** What the workflow of a VM that was open at the last look tries again at this moment. */
  async retries(vmId: string): Promise<Retry[]> {
    return askTemporal(this.#session, () => this.#retriesOf(vmId));
  }

  async #retriesOf(vmId: string): Promise<Retry[]> {
    const child = this.#open.find(isOf(vmId));
    if (child === undefined) return [];
    return retriesOf(await this.#session.client.workflow.getHandle(child.workflowId, child.runId).describe());
  }

  /** By the root of their tree and not by their ids alone: a VM's workflow id is the same in every run that ever touched the VM. */
  async #children(): Promise<WorkflowExecutionInfo[]> {
    const query = `ExecutionStatus = 'Running' AND RootWorkflowId = '${runWorkflowId(this.#run)}'`;
    return (await listWorkflows(this.#session, query)).filter(({ workflowId }) => isVmWorkflowId(workflowId));
  }

  /** One that does not answer, or not yet to this, tells nothing: then the VMs are as their run last heard of them. */
  async #askSite(site: string, deadline: number): Promise<UnderWay[]> {
    const handle = this.#session.client.workflow.getHandle(siteWorkflowId(site));
    try {
      return await this.#within(deadline, () => handle.query(siteUnderWayQuery, { run: this.#run }));
    } catch {
      return [];
    }
  }

  /** What the poll of a site says in its heartbeats. */
  async #pollOf(site: string, deadline: number): Promise<[workflowId: string, transfer: Transfer][]> {
    const handle = this.#session.client.workflow.getHandle(siteWorkflowId(site));
    try {
      return await transfersOf(await this.#within(deadline, () => handle.describe()));
    } catch {
      return [];
    }
  }

  async #ask(child: WorkflowExecutionInfo, deadline: number): Promise<OpenVm> {
    const id = vmOfWorkflowId(child.workflowId);
    const handle = this.#session.client.workflow.getHandle(child.workflowId, child.runId);
    try {
      const { hold, ...report } = await this.#within(deadline, () => handle.query(vmReportQuery));
      return { id, report, hold, failing: null };
    } catch {
      return { id, report: null, hold: null, failing: await whyNoAnswer(this.#session, handle) };
    }
  }

  /** What its activities try again is no news to its workflow, so Temporal is asked; time that is short is better spent otherwise. */
  async #addRetries({ id, report }: OpenVm, deadline: number): Promise<void> {
    if (report === null || report.state !== 'running' || report.retrying != null || Date.now() >= deadline) return;
    try {
      report.retrying = retryingOf(await this.#within(deadline, () => this.#retriesOf(id)), Date.now());
    } catch {
      // It is shown without: what it does is known.
    }
  }

  #within<T>(deadline: number, ask: () => Promise<T>): Promise<T> {
    return within(this.#session, Math.max(0, deadline - Date.now()), ask);
  }
}

/** Why a workflow gives no answer; null: its code is not to blame, as far as can be told. */
export async function whyNoAnswer(session: Session, handle: WorkflowHandle): Promise<WorkflowFailing | null> {
  try {
    return await findFailing(session, await askTemporal(session, () => handle.describe()));
  } catch {
    // It may just have ended; then the run's next report says how.
    return null;
  }
}

const isOf =
  (vmId: string) =>
  ({ workflowId }: WorkflowExecutionInfo): boolean =>
    vmOfWorkflowId(workflowId) === vmId;

/** First those for which no site does anything, since nobody else tells of them; then those that meet trouble. */
function leastKnown(
  vms: VmReport[],
  open: WorkflowExecutionInfo[],
  underWay: Seen['underWay'],
): WorkflowExecutionInfo[] {
  const children = new Map(open.map((child) => [vmOfWorkflowId(child.workflowId), child]));
  const ids = byNeed(vms.filter(({ id }) => children.has(id))).map(({ id }) => id);
  const unknown = ids.filter((id) => !underWay.has(id));
  const troubled = ids.filter((id) => underWay.get(id)?.isTroubled === true);
  const chosen = [...new Set([...unknown, ...troubled, ...ids])].slice(0, MOST_ASKED);
  return chosen.flatMap((id) => children.get(id) ?? []);
}
