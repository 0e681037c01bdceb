import type { Assumptions } from '../assumptions.js';
import type { EventQueue } from '../engine/event-queue.js';
import type { ErrorBody } from '../errors.js';

/** How a task ends otherwise than it should, or shows itself so; planted by a fault rule. */
export interface Oddity {
  /** has an end, and the state RUNNING for ever; with or without what came of it */
  staysRunning?: 'bare' | 'with-outcome' | undefined;
  warnings?: unknown[] | undefined;
  /** in place of the result */
  result?: unknown;
  /** what was recovered stays off */
  powersOn?: boolean | undefined;
  /** VDC in which what was recovered stands, whatever was asked for */
  recoversInto?: string | undefined;
  /** false: a migrate leaves its source on */
  powersOff?: boolean | undefined;
  /** of a start: its end comes with that of the first copy */
  lastsUntil?: 'synced' | undefined;
  /** members that the task shows in place of its own, from the beginning */
  members?: Record<string, unknown> | undefined;
}

export interface Task {
  id: string;
  site: string;
  user: string;
  /** organisation of the user, `System` for providers */
  org: string;
  operationId: string | null;
  type: string;
  resourceType: string;
  resourceId: string | null;
  resourceName: string | null;
  sourceOrg: string | null;
  destinationOrg: string | null;
  state: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  /** simulated ms; endedAt null while it runs */
  startedAt: number;
  endedAt: number | null;
  /** progress runs from one figure to the next between two moments; beyond the second it waits there */
  pace: { from: number; to: number; start: number; end: number };
  resultType: string | null;
  /** rendered when asked for: the result is the replication as it was when the task ended */
  result: unknown;
  error: ErrorBody | null;
  odd: Oddity | null;
}

/** Tasks of one site, findable without a walk by id, by operationID and by state; in order of creation. */
export class TaskStore {
  readonly #queue: EventQueue;
  readonly #assumptions: Assumptions;
  readonly #all = new Map<string, Task>();
  readonly #byOperation = new Map<string, Set<Task>>();
  readonly #byResource = new Map<string, Set<Task>>();
  readonly #open = new Set<Task>();
  readonly #ended: Task[] = [];

  constructor(queue: EventQueue, assumptions: Assumptions) {
    this.#queue = queue;
    this.#assumptions = assumptions;
  }

  add(task: Task): void {
    this.#all.set(task.id, task);
    this.#open.add(task);
    if (task.operationId !== null) index(this.#byOperation, task.operationId, task);
    if (task.resourceId !== null) index(this.#byResource, task.resourceId, task);
  }

  end(task: Task, state: 'SUCCEEDED' | 'FAILED'): void {
    task.state = state;
    task.endedAt = this.#queue.now;
    if (task.odd?.staysRunning === undefined) this.#open.delete(task);
    this.#ended.push(task);
  }

  get size(): number {
    this.#forget();
    return this.#all.size;
  }

  get(id: string): Task | undefined {
    this.#forget();
    const task = this.#all.get(id);
    return task !== undefined && (this.#assumptions.lateTasks === 'lists' || this.visible(task)) ? task : undefined;
  }

  /** The smallest indexed set that holds every task a filter can match. */
  candidates(filter: { ids?: string[]; operationId?: string; resourceId?: string; open?: boolean }): Iterable<Task> {
    this.#forget();
    if (filter.ids !== undefined) {
      return [...new Set(filter.ids)].map((id) => this.#all.get(id)).filter((task) => task !== undefined);
    }
    if (filter.operationId !== undefined) return this.#byOperation.get(filter.operationId) ?? [];
    if (filter.resourceId !== undefined) return this.#byResource.get(filter.resourceId) ?? [];
    return filter.open === true ? this.#open : this.#all.values();
  }

  get open(): ReadonlySet<Task> {
    return this.#open;
  }

  visible(task: Task): boolean {
    return this.#queue.now >= task.startedAt + this.#assumptions.tasksVisibleAfter;
  }

  #forget(): void {
    const before = this.#queue.now - this.#assumptions.tasksForgottenAfter;
    let forgotten = 0;
    for (const task of this.#ended) {
      if ((task.endedAt as number) > before) break;
      this.#all.delete(task.id);
      this.#open.delete(task);
      if (task.operationId !== null) unindex(this.#byOperation, task.operationId, task);
      if (task.resourceId !== null) unindex(this.#byResource, task.resourceId, task);
      forgotten++;
    }
    if (forgotten > 0) this.#ended.splice(0, forgotten);
  }
}

function index(map: Map<string, Set<Task>>, key: string, task: Task): void {
  const tasks = map.get(key);
  if (tasks === undefined) map.set(key, new Set([task]));
  else tasks.add(task);
}

function unindex(map: Map<string, Set<Task>>, key: string, task: Task): void {
  const tasks = map.get(key);
  if (tasks?.delete(task) === true && tasks.size === 0) map.delete(key);
}
