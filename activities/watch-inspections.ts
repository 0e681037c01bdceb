/**
 * One look at a site for many watches: tasks and replications are asked for by up to 100 ids at a time, and each watch is
 * judged alone, so that what one of them is answered harms no other.
 */
import type { Notice, OperationTrouble } from '../contract/notice.js';
import type { Watch } from '../contract/watch.js';
import {
  type CallOptions,
  contradictsItself,
  isOfFrontEnd,
  type Site,
  type Task,
  taskEnd,
  VcdaError,
  type VmReplication,
} from '../vcda/index.js';
import { type ByIds, byIds } from './by-ids.js';
import type { ActivityDeps } from './deps.js';
import { ListsByPeer, unextended } from './extension.js';
import { isRefusedLogin } from './failures.js';
import { isDeleted, judge, needsReplication } from './outcome.js';
import type { Reachability } from './reachability.js';
import { ALONE, replicationsByIds } from './replications-by-ids.js';
import { isAmiss } from './sync-outcome.js';
import { JUST_NOW, type WatchMemory } from './watch-memory.js';
import { shownOf, troubleOf } from './watch-trouble.js';
import { replicationIdOf, replicationOf } from './watched-replication.js';

export interface Inspected {
  ended: { watch: Watch; notice: Notice }[];
  /** of watches that go on; null: nothing is in their way */
  troubles: { watch: Watch; trouble: OperationTrouble['trouble'] }[];
  /** those that could not be judged this time, and why */
  unheard: Watch[];
  failures: VcdaError[];
  /** those that are to be asked about again soon: something is odd about them, or their end is to be confirmed */
  restless: Watch[];
  tasks: Map<string, Task>;
}

/** ids about which a site could not be asked together with others, for the next turn */
interface Suspects {
  tasks: Set<string>;
  replications: Set<string>;
}

const noSuspects = (): Suspects => ({ tasks: new Set(), replications: new Set() });

/** What was seen of a watch's task, before its replication is asked for. */
interface Past {
  task: Task | undefined;
  wasListed: boolean;
  amissFor: number;
}

export class Inspections {
  readonly #deps: ActivityDeps;
  readonly #reachability: Reachability;
  readonly #suspects = new Map<string, Suspects>();
  readonly #listsByPeer = new ListsByPeer();

  constructor(deps: ActivityDeps, reachability: Reachability) {
    this.#deps = deps;
    this.#reachability = reachability;
  }

  /**
   * @param known tasks that need not be asked for
   * @param isAll whether nothing else of the site has answered: where all of these fail, it has failed
   * @throws VcdaError when it has
   */
  of(
    site: Site,
    watches: Watch[],
    memory: WatchMemory,
    options: CallOptions,
    known: Map<string, Task> = new Map(),
    isAll = true,
  ): Promise<Inspected> {
    const suspects = memory === JUST_NOW ? noSuspects() : this.#suspectsAt(site.name);
    const [lists, isUp] = [this.#listsByPeer, () => this.#reachability.isUp(site.name)];
    return new Inspection(this.#deps, { site, watches, memory, options, known, suspects, lists, isUp }).made(isAll);
  }

  #suspectsAt(site: string): Suspects {
    const known = this.#suspects.get(site) ?? noSuspects();
    this.#suspects.set(site, known);
    return known;
  }
}

interface Asked {
  site: Site;
  watches: Watch[];
  memory: WatchMemory;
  options: CallOptions;
  known: Map<string, Task>;
  suspects: Suspects;
  lists: ListsByPeer;
  isUp: () => Promise<boolean>;
}

class Inspection {
  readonly #deps: ActivityDeps;
  readonly #asked: Asked;
  /** of calls for one watch: its VM itself is more patient; here the others wait meanwhile */
  readonly #alone: CallOptions;
  /** What one watch is answered must not undo what the others are shown; it is asked about again, here and by its own VM. */
  readonly #unheard = new Map<Watch, VcdaError>();
  readonly #found: Omit<Inspected, 'unheard' | 'failures' | 'tasks'> = { ended: [], troubles: [], restless: [] };

  constructor(deps: ActivityDeps, asked: Asked) {
    this.#deps = deps;
    this.#asked = asked;
    const { memory, options, site } = asked;
    this.#alone =
      memory === JUST_NOW ? options : { ...options, timeout: Math.min(site.config.timeouts.request, ALONE) };
  }

  async made(isAll: boolean): Promise<Inspected> {
    const { watches } = this.#asked;
    const tasks = await this.#tasks();
    const seen = new Map(watches.filter((w) => !this.#unheard.has(w)).map((w) => [w, this.#pastOf(w, tasks)]));
    const asked = new Map([...seen].filter(([watch, past]) => this.#needsReplication(watch, past)));
    const replications = await this.#replications(asked);
    for (const [watch, past] of seen) await this.#judge(watch, past, asked.has(watch) ? replications : null);
    const failures = [...this.#unheard.values()];
    // A site that answers nothing that can be used is asked less often.
    if (
      isAll &&
      failures.length > 0 &&
      failures.length === watches.length &&
      failures.every((one) => this.#mayPass(one))
    )
      throw failures[0];
    return { ...this.#found, unheard: [...this.#unheard.keys()], failures, tasks };
  }

  #mayPass(error: VcdaError): boolean {
    return this.#deps.sites.rules(error).call === 'retry';
  }

  async #unlessUnheard<T>(watch: Watch, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof VcdaError) || isRefusedLogin(error)) throw error;
      this.#unheard.set(watch, error);
      return undefined;
    }
  }

  /** Of the watches that wait for one, by id. */
  async #tasks(): Promise<Map<string, Task>> {
    const { site, watches, memory, options, known, suspects, lists, isUp } = this.#asked;
    const { settle } = site.config.reconcile;
    const peers = new Map(watches.map(({ taskId, peer }) => [taskId, peer]));
    const taskIds = watches.flatMap((w) => (w.phase === 'task' && w.taskId !== null ? [w.taskId] : []));
    const { found: tasks, failed } = await byIds(
      site,
      taskIds.filter((id) => !known.has(id)),
      {
        list: (ids, unreadable) =>
          lists.ask(
            site,
            ids,
            (id) => peers.get(id),
            { ...options, unreadable },
            (some, use) => site.tasksById(some, use),
          ),
        one: (id) => unextended({ ...this.#alone, peer: peers.get(id) }, (use) => findTask(site, id, use)),
        tells: ({ state }) => typeof state === 'string',
        isUp,
        isOfAll: isRefusedLogin,
      },
      suspects.tasks,
    );
    for (const [id, task] of known) tasks.set(id, task);
    for (const watch of watches) {
      if (watch.phase !== 'task' || watch.taskId === null || tasks.has(watch.taskId)) continue;
      const failure = failed.get(watch.taskId);
      if (failure !== undefined) this.#unheard.set(watch, failure);
      // A list may leave out what the task's own address still shows; asked once the wait for the list is over.
      if (failure !== undefined || (memory !== JUST_NOW && memory.amissFor(watch, true) < settle)) continue;
      const { taskId } = watch;
      const task = await this.#unlessUnheard(watch, () =>
        unextended({ ...this.#alone, peer: watch.peer }, (use) => findTask(site, taskId, use)),
      );
      if (task) tasks.set(task.id, task);
    }
    return tasks;
  }

  #pastOf(watch: Watch, tasks: Map<string, Task>): Past {
    const { memory } = this.#asked;
    const task = watch.phase === 'task' && watch.taskId !== null ? tasks.get(watch.taskId) : undefined;
    // In the sync phase it is the replication that may be amiss, which is known below.
    // A list may lag behind the end of a deletion.
    const isAmissTask = task === undefined || contradictsItself(task) || isDeleted(watch, task);
    const amissFor = watch.phase === 'task' ? memory.amissFor(watch, isAmissTask) : 0;
    return { task, wasListed: memory.wasListed(watch, task !== undefined), amissFor };
  }

  #needsReplication(watch: Watch, past: Past): boolean {
    const { memory, site } = this.#asked;
    const quietFor = watch.kind === 'sync' ? memory.quietFor(watch, shownOf(watch, past.task, undefined)) : 0;
    return needsReplication(watch, { ...past, quietFor }, site.config.reconcile.settle);
  }

  async #replications(asked: Map<Watch, Past>): Promise<ByIds<VmReplication>> {
    const { site, options, suspects, lists, isUp } = this.#asked;
    const peers = new Map(
      [...asked].flatMap(([watch, { task }]) => {
        const id = replicationIdOf(watch, task);
        return id === null ? [] : [[id, watch.peer] as const];
      }),
    );
    return replicationsByIds(site, { peers, lists, options, alone: this.#alone, isUp }, suspects.replications);
  }

  /** @param replications null: this one's was not asked for */
  async #judge(watch: Watch, past: Past, replications: ByIds<VmReplication> | null): Promise<void> {
    const { site, memory } = this.#asked;
    const { reconcile, missingFor } = site.config;
    const { task } = past;
    const replication =
      replications === null
        ? undefined
        : await this.#unlessUnheard(watch, () =>
            unextended({ ...this.#alone, peer: watch.peer }, (use) =>
              replicationOf(this.#deps, site, watch, task, replications, use),
            ),
          );
    if (this.#unheard.has(watch)) return;
    const amissFor = watch.phase === 'sync' ? memory.amissFor(watch, isAmiss(watch, replication)) : past.amissFor;
    const goneFor = memory.missingFor(watch, replication === null);
    const isGone = replication === null && goneFor >= missingFor;
    const now = Date.now();
    const state = { ...past, replication, amissFor, isGone };
    const notice = judge(watch, state, reconcile.settle, now, this.#deps.sites.rules);
    if (notice !== null) {
      this.#found.ended.push({ watch, notice });
      return;
    }
    memory.goesOn(watch, task, replication);
    const quietFor = memory.quietFor(watch, shownOf(watch, task, replication));
    const trouble = troubleOf(watch, { replication, amissFor, goneFor, quietFor }, site, now);
    this.#found.troubles.push({ watch, trouble });
    const isOdd = replication === null || amissFor > 0 || (watch.phase === 'sync' && isAmiss(watch, replication));
    const mayBeOver =
      watch.phase === 'task' && (task === undefined || taskEnd(task) !== null || contradictsItself(task));
    if (isOdd || mayBeOver) this.#found.restless.push(watch);
  }
}

async function findTask(site: Site, id: string, options: CallOptions): Promise<Task | null> {
  try {
    return await site.task(id, options);
  } catch (error) {
    if (error instanceof VcdaError && error.status === 404 && !isOfFrontEnd(error)) return null;
    throw error;
  }
}
