/** Temporal as a reader of runs meets it: answers from what a run and its shards know, and counts what it is asked. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { QueryDefinition } from '@temporalio/common';
import type { Session } from '../../../client/session.js';
import { type RowsAsked, siteUnderWayQuery } from '../../../contract/messages.js';
import { isVmWorkflowId, runWorkflowId, siteWorkflowId } from '../../../contract/names.js';
import { untouched } from '../../../contract/report.js';
import type { UnderWay } from '../../../contract/under-way.js';
import type { RunOfShards } from '../../workflows/support/run-of-shards.js';

interface World {
  run: string;
  site: string;
  of: RunOfShards;
  /** ids of workflows of VMs that are open */
  open: string[];
  /** what the site tells of them */
  underWay: UnderWay[];
}

/** Executions in one answer to a list. */
const LISTED = 1_000;

export class CountedTemporal {
  readonly #world: World;
  readonly #now: number;
  /** each call by what it asks, and of what */
  readonly calls: string[] = [];
  /** whether workers answer; else whoever asks them waits for ever */
  isWorking = true;
  /** until when each may be answered, epoch ms; null: for ever */
  readonly deadlines: { call: string; deadline: number | null }[] = [];
  readonly #deadline = new AsyncLocalStorage<number>();

  constructor(world: World, now: number) {
    this.#world = world;
    this.#now = now;
  }

  /** As far as reading a run needs it. */
  get session(): Session {
    // As the SDK has it, the innermost holds.
    const withDeadline = <T>(deadline: number, ask: () => Promise<T>): Promise<T> => this.#deadline.run(deadline, ask);
    const workflow = {
      getHandle: (workflowId: string) => ({
        describe: async () => this.#describe(workflowId),
        query: async (query: QueryDefinition<unknown>, asked: unknown) =>
          this.isWorking ? this.#answer(workflowId, query.name, asked) : new Promise<never>(() => {}),
      }),
      list: () => this.#list(),
    };
    const workflowService = {
      describeTaskQueue: async () => ({
        pollers: this.isWorking ? [{ lastAccessTime: { seconds: Date.now() / 1_000 } }] : [],
      }),
      listTaskQueuePartitions: async () => ({}),
    };
    const client = { workflow, workflowService, options: { namespace: 'default' } };
    return { client, connection: { withDeadline }, taskQueue: 'q' } as unknown as Session;
  }

  #called(call: string): void {
    this.calls.push(call);
    this.deadlines.push({ call, deadline: this.#deadline.getStore() ?? null });
  }

  #describe(workflowId: string) {
    this.#called(`describe ${workflowId}`);
    const { site } = this.#world;
    return { workflowId, runId: 'r', type: 'planRun', status: { name: 'RUNNING' }, memo: { site }, raw: {} };
  }

  async *#list() {
    const { open } = this.#world;
    for (const [n, workflowId] of open.entries()) {
      if (n % LISTED === 0) this.#called('list');
      yield { workflowId, runId: 'r' };
    }
  }

  #answer(workflowId: string, name: string, asked: unknown) {
    this.#called(`${name} ${workflowId}`);
    const { run, site, of, underWay } = this.#world;
    if (workflowId === runWorkflowId(run)) return of.tree.head;
    if (name === siteUnderWayQuery.name) return workflowId === siteWorkflowId(site) ? underWay : [];
    if (isVmWorkflowId(workflowId)) {
      const id = workflowId.slice(workflowId.lastIndexOf('/') + 1);
      return { ...untouched({ id, name: id }, 'all'), state: 'running', step: 'verify', hold: null };
    }
    return of.rows(Number(workflowId.split('/').at(-1)), asked as RowsAsked, this.#now);
  }
}
