/**
 * What the open runs of plans have begun with and not ended, by their own reports. It decides where a site shows no mark: a
 * unit that waits at its gate has no workflow that would hold its VM.
 */
import { cancelled } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import pMap from 'p-map';
import { PLAN_RUN } from '../contract/inputs.js';
import { runPlanQuery } from '../contract/messages.js';
import { runOfWorkflowId, vmOfWorkflowId, vmWorkflowId } from '../contract/names.js';
import type { OperationRequest } from '../contract/operation.js';
import { askBy, askWanted } from '../contract/read-run.js';
import type { VmReport } from '../contract/report.js';
import type { WantedInput } from '../contract/wanted-units.js';
import type { ActivityDeps } from './deps.js';
import { SharedReading } from './shared-reading.js';

const OPEN_PLANS = `ExecutionStatus = 'Running' AND WorkflowType = '${PLAN_RUN}'`;
const ASKED_AT_ONCE = 5;
/** Of each call: ms. */
const PATIENCE = 10_000;

/** A run, and its unit. */
export interface Held {
  run: string;
  its: VmReport;
}

interface OpenRun {
  run: string;
  source: string;
  sites: string[];
  begun: VmReport[];
}

type Subject = Pick<OperationRequest, 'run' | 'site' | 'workflowId'>;

class OpenUnits {
  readonly #deps: ActivityDeps;
  /** many VMs do not ask every run each, and a gate may have been reached a moment ago */
  readonly #reading = new SharedReading<WantedInput, OpenRun[]>((all) => this.#load(all));

  constructor(deps: ActivityDeps) {
    this.#deps = deps;
  }

  /** Those that are meant, and maybe others that somebody else has asked for. */
  read(asked: WantedInput): Promise<OpenRun[]> {
    return this.#reading.read(asked);
  }

  async #load(all: WantedInput[]): Promise<OpenRun[]> {
    const asked = {
      ids: [...new Set(all.flatMap((one) => one.ids))],
      replicationIds: [...new Set(all.flatMap((one) => one.replicationIds))],
    };
    const ids: string[] = [];
    await this.#ask(async () => {
      // Those of other queues are worked by workers with sites of their own.
      for await (const { workflowId, taskQueue } of this.#deps.client.workflow.list({ query: OPEN_PLANS }))
        if (taskQueue === this.#deps.taskQueue) ids.push(workflowId);
    });
    const runs = await pMap(ids, (id) => this.#runOf(id, asked), { concurrency: ASKED_AT_ONCE });
    return runs.filter((run) => run !== null);
  }

  /** null: it has ended meanwhile */
  async #runOf(workflowId: string, asked: WantedInput): Promise<OpenRun | null> {
    const handle = this.#deps.client.workflow.getHandle(workflowId);
    try {
      const run = runOfWorkflowId(workflowId);
      const begun = (await this.#ask(() => askWanted(askBy(this.#deps.client), run, asked))).filter(hasBegun);
      if (begun.length === 0) return null;
      const { source, destination } = await this.#ask(() => handle.query(runPlanQuery));
      return { run, source: source.site, sites: [source.site, destination.site], begun };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /** Not for one activity alone, so that the end of one does not end it for the others. */
  #ask<T>(call: () => Promise<T>): Promise<T> {
    return this.#deps.client.workflow.withDeadline(Date.now() + PATIENCE, call);
  }
}

/** What merely waits its turn, or for another run, has done nothing yet. */
const hasBegun = ({ operations }: VmReport): boolean => operations.length > 0;

const ofWorker = new WeakMap<ActivityDeps, OpenUnits>();

/** The unit of another open run that has this VM, or this replication; null: none has. */
export async function heldBy(deps: ActivityDeps, request: Subject, replicationId: string): Promise<Held | null> {
  const units = ofWorker.get(deps) ?? new OpenUnits(deps);
  ofWorker.set(deps, units);
  const asked = { ids: [vmOfWorkflowId(request.workflowId)], replicationIds: [replicationId] };
  const runs = await Promise.race([units.read(asked), cancelled()]);
  for (const { run, source, sites, begun } of runs) {
    if (run === request.run) continue;
    const its = begun.find((unit) =>
      [unit, ...(unit.vms ?? [])].some(
        (one) =>
          vmWorkflowId(source, one.id) === request.workflowId ||
          (one.replicationId === replicationId && sites.includes(request.site)),
      ),
    );
    if (its !== undefined) return { run, its };
  }
  return null;
}
