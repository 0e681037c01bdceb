/**
 * Waiting for everything that runs at a site, with a few calls for all of it: tasks and replications are asked for by up
 * to 100 ids at a time, and each VM hears when its own is over.
 */
import { activityInfo, CancelledFailure, cancellationSignal } from '@temporalio/activity';
import pMap from 'p-map';
import { siteWatchesQuery } from '../contract/messages.js';
import type {
  Notice,
  OperationKind,
  OperationTrouble,
  PolledSite,
  PollSiteInput,
  SiteWatchList,
  Watch,
} from '../contract/operation.js';
import { StoreAway } from '../store/index.js';
import {
  type CallOptions,
  contradictsItself,
  isOfFrontEnd,
  pauseBefore,
  type Site,
  type Task,
  taskEnd,
  VcdaError,
  type VmReplication,
} from '../vcda/index.js';
import { type ByIds, byIds } from './by-ids.js';
import type { ActivityDeps } from './deps.js';
import { ListsByPeer, unextended } from './extension.js';
import { failureOf, isRefusedLogin } from './failures.js';
import { beating, pause } from './heartbeat.js';
import { markOf } from './mark.js';
import { onlyOrMarked } from './one-of-several.js';
import { isAmiss, isDeleted, judge, needsReplication } from './outcome.js';
import { replicationsOfVm } from './passed-over.js';
import type { Reachability } from './reachability.js';
import { findReversed, reversedIn } from './reversal.js';
import { replicationIdIn } from './send.js';
import { SitePoll } from './site-poll.js';
import { askTemporal, notifyVm, tellTrouble, watchAtSite } from './site-signals.js';
import { type Copies, JUST_NOW, PollMemory, type WatchMemory } from './watch-memory.js';
import { shownOf, troubleOf } from './watch-trouble.js';

interface Inspected {
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

/** One poll activity lives at most this long, below its start-to-close time-out, so that a new one takes over: ms. */
const LIFE = 8 * 60_000;
/** What is asked for one watch alone is given up after this, until the next turn: ms. */
const ALONE = 5_000;
const NOTICES_AT_ONCE = 20;

export function createSiteWatchActivities(deps: ActivityDeps, reachability: Reachability) {
  /** epoch ms of each site's last poll: one that found something ends, and the next must not follow at once */
  const polledAt = new Map<string, number>();
  const copies = new Map<string, Copies>();
  const suspects = new Map<string, Suspects>();
  const polls = new Map<string, SitePoll>();
  const listsByPeer = new ListsByPeer();

  function suspectsAt(site: string): Suspects {
    const known = suspects.get(site) ?? noSuspects();
    suspects.set(site, known);
    return known;
  }

  function copiesAt(site: string): Copies {
    const known = copies.get(site) ?? new Map();
    copies.set(site, known);
    return known;
  }

  function pollOf({ name, config }: Site): SitePoll {
    const known = polls.get(name) ?? new SitePoll(config.polling.interval);
    polls.set(name, known);
    return known;
  }

  const mayPass = (error: VcdaError): boolean => deps.sites.rules(error).call === 'retry';

  /**
   * @param known tasks that need not be asked for
   * @param isAll whether nothing else of the site has answered: where all of these fail, it has failed
   */
  async function inspect(
    site: Site,
    watches: Watch[],
    memory: WatchMemory,
    options: CallOptions,
    known: Map<string, Task> = new Map(),
    isAll = true,
  ): Promise<Inspected> {
    const { reconcile, missingFor } = site.config;
    const { settle } = reconcile;
    // What one watch is answered must not undo what the others are shown; it is asked about again, here and by its own VM.
    const unheard = new Map<Watch, VcdaError>();
    async function unlessUnheard<T>(watch: Watch, ask: () => Promise<T>): Promise<T | undefined> {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof VcdaError) || isRefusedLogin(error)) throw error;
        unheard.set(watch, error);
        return undefined;
      }
    }
    // The VM itself is more patient; here the others wait meanwhile.
    const alone =
      memory === JUST_NOW ? options : { ...options, timeout: Math.min(site.config.timeouts.request, ALONE) };
    const suspects = memory === JUST_NOW ? noSuspects() : suspectsAt(site.name);
    const isUp = () => reachability.isUp(site.name);
    const peers = new Map(watches.map(({ taskId, peer }) => [taskId, peer]));
    const taskIds = watches.flatMap((w) => (w.phase === 'task' && w.taskId !== null ? [w.taskId] : []));
    const { found: tasks, failed } = await byIds(
      site,
      taskIds.filter((id) => !known.has(id)),
      {
        list: (ids, unreadable) =>
          listsByPeer.ask(
            site,
            ids,
            (id) => peers.get(id),
            { ...options, unreadable },
            (some, use) => site.tasksById(some, use),
          ),
        one: (id) => unextended({ ...alone, peer: peers.get(id) }, (use) => findTask(site, id, use)),
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
      if (failure !== undefined) unheard.set(watch, failure);
      // A list may leave out what the task's own address still shows; asked once the wait for the list is over.
      if (failure !== undefined || (memory !== JUST_NOW && memory.amissFor(watch, true) < settle)) continue;
      const { taskId } = watch;
      const task = await unlessUnheard(watch, () =>
        unextended({ ...alone, peer: watch.peer }, (use) => findTask(site, taskId, use)),
      );
      if (task) tasks.set(task.id, task);
    }
    const seen = new Map(
      watches
        .filter((w) => !unheard.has(w))
        .map((w) => {
          const task = w.phase === 'task' && w.taskId !== null ? tasks.get(w.taskId) : undefined;
          // In the sync phase it is the replication that may be amiss, which is known below.
          // A list may lag behind the end of a deletion.
          const isAmissTask = task === undefined || contradictsItself(task) || isDeleted(w, task);
          const amissFor = w.phase === 'task' ? memory.amissFor(w, isAmissTask) : 0;
          return [w, { task, wasListed: memory.wasListed(w, task !== undefined), amissFor }];
        }),
    );

    const asked = new Map(
      [...seen].filter(([watch, past]) => {
        const quietFor = watch.kind === 'sync' ? memory.quietFor(watch, shownOf(watch, past.task, undefined)) : 0;
        return needsReplication(watch, { ...past, quietFor }, settle);
      }),
    );
    const ids = [...asked].map(([watch, { task }]) => replicationIdOf(watch, task));
    const peersOf = new Map([...asked].map(([watch, { task }]) => [replicationIdOf(watch, task), watch.peer]));
    const replications = await byIds(
      site,
      [...new Set(ids.filter((id) => id !== null))],
      {
        list: (some, unreadable) =>
          listsByPeer.ask(
            site,
            some,
            (id) => peersOf.get(id),
            { ...options, unreadable },
            (its, use) => site.replicationsById(its, use),
          ),
        one: (id) => unextended({ ...alone, peer: peersOf.get(id) }, (use) => site.findReplication(id, use)),
        tells: ({ sourceState, destinationState }) => sourceState != null || destinationState != null,
        isUp,
        isOfAll: isRefusedLogin,
      },
      suspects.replications,
    );
    const ended: Inspected['ended'] = [];
    const troubles: Inspected['troubles'] = [];
    const restless: Watch[] = [];
    for (const [watch, past] of seen) {
      const { task } = past;
      const replication = asked.has(watch)
        ? await unlessUnheard(watch, () =>
            unextended({ ...alone, peer: watch.peer }, (use) => replicationOf(site, watch, task, replications, use)),
          )
        : undefined;
      if (unheard.has(watch)) continue;
      const amissFor = watch.phase === 'sync' ? memory.amissFor(watch, isAmiss(watch, replication)) : past.amissFor;
      const goneFor = memory.missingFor(watch, replication === null);
      const isGone = replication === null && goneFor >= missingFor;
      const now = Date.now();
      const notice = judge(watch, { ...past, replication, amissFor, isGone }, settle, now, deps.sites.rules);
      if (notice !== null) ended.push({ watch, notice });
      else {
        const quietFor = memory.quietFor(watch, shownOf(watch, task, replication));
        troubles.push({ watch, trouble: troubleOf(watch, { replication, amissFor, goneFor, quietFor }, site, now) });
        const isOdd = replication === null || amissFor > 0 || (watch.phase === 'sync' && isAmiss(watch, replication));
        const mayBeOver =
          watch.phase === 'task' && (task === undefined || taskEnd(task) !== null || contradictsItself(task));
        if (isOdd || mayBeOver) restless.push(watch);
      }
    }
    const failures = [...unheard.values()];
    // A site that answers nothing that can be used is asked less often.
    if (isAll && failures.length > 0 && failures.length === watches.length && failures.every(mayPass))
      throw failures[0];
    return { ended, troubles, unheard: [...unheard.keys()], failures, restless, tasks };
  }

  /** A start's replication is known by its task's result, else by its VM; a reverse's may be elsewhere and have another id. */
  async function replicationOf(
    site: Site,
    watch: Watch,
    task: Task | undefined,
    { found: known, failed }: ByIds<VmReplication>,
    options: CallOptions,
  ): Promise<VmReplication | null> {
    const id = replicationIdOf(watch, task);
    const failure = id === null ? undefined : failed.get(id);
    if (failure !== undefined) throw failure;
    if (watch.kind === 'reverse') {
      const listed = id === null ? undefined : known.get(id);
      if (watch.phase === 'sync' && listed !== undefined) return listed;
      const found = await findReversed(deps.sites, site, { ...watch, replicationId: id }, options);
      return found ?? reversedIn(task, watch);
    }
    // What a list that was asked for by its id leaves out is gone.
    const isGone = id !== null && !known.has(id) && isDeleted(watch, task);
    const named = id === null || isGone ? null : (known.get(id) ?? (await site.findReplication(id, options)));
    if (named !== null || (id !== null && watch.kind !== 'start')) return named;
    const all = await replicationsOfVm(site, watch.vm.id, options);
    return onlyOrMarked(all, markOf(deps.installation, watch.run, watch.vm.id));
  }

  /** What the store cannot tell now was not measured. */
  const lengthsAt = (site: string, kind: OperationKind, most: number): Promise<number[]> =>
    deps.store.durations(site, kind, most).catch((error: unknown) => {
      if (error instanceof StoreAway) return [];
      throw error;
    });

  async function tellTroubles(troubles: Inspected['troubles'], memory: PollMemory): Promise<void> {
    const news = troubles.filter(({ watch, trouble }) => memory.isNews(watch, trouble?.code ?? null));
    await pMap(
      news,
      async ({ watch: { workflowId, operationId, phase }, trouble }) => {
        await tellTrouble(deps, workflowId, { operationId, phase, trouble });
      },
      { concurrency: NOTICES_AT_ONCE },
    );
  }

  return {
    /**
     * Polls until at least one watch is over, tells their VMs, and returns them. Asks the site's workflow for its watch list
     * at every turn, so that a long list is not written into history again and again.
     */
    async pollSite(input: PollSiteInput): Promise<PolledSite> {
      const site = deps.sites.get(input.site);
      const memory = new PollMemory(activityInfo().heartbeatDetails, copiesAt(input.site));
      const workflow = deps.client.workflow.getHandle(input.workflowId);
      const began = Date.now();
      let listedAt = began;
      let list: SiteWatchList = { version: -1, watches: [], resumedAt: 0, limits: { requestsPerSecond: null } };
      let watches: Watch[] = [];
      let failures = 0;

      async function poll(): Promise<PolledSite> {
        while (Date.now() - began < LIFE) {
          list = await askTemporal(deps, () => workflow.query(siteWatchesQuery, { version: list.version })).catch(
            (error: unknown) => {
              // Without a list there is nothing to poll; with one, what is known goes on being polled.
              if (list.version < 0 || cancellationSignal().aborted) throw error;
              return { ...list, watches: null };
            },
          );
          watches = list.watches ?? watches;
          if (watches.length === 0) break;
          const { interval } = site.config.polling;
          const due = Math.max((polledAt.get(input.site) ?? 0) + interval, pollOf(site).dueAt(watches));
          // What is handed over meanwhile may be due earlier.
          await pause(Math.max(0, Math.min(due - Date.now(), listedAt + interval - Date.now())));
          listedAt = Date.now();
          site.setRate(list.limits.requestsPerSecond ?? site.config.limits.requestsPerSecond);
          try {
            const options = { resumedAt: list.resumedAt, signal: cancellationSignal() };
            memory.follow(watches);
            await pollOf(site).remember(watches, (kind, most) => lengthsAt(input.site, kind, most));
            const seen = await pollOf(site).look(site, watches, options, (some, known, isAll) =>
              inspect(site, some, memory, options, known, isAll),
            );
            if (seen === null) continue;
            polledAt.set(input.site, listedAt);
            await reachability.answered(input.site);
            failures = 0;
            if (seen === 'told') continue;
            const { ended, troubles } = seen;
            await tellTroubles(troubles, memory);
            if (ended.length > 0) {
              const told = await pMap(
                ended,
                async ({ watch, notice }) => {
                  const { operationId, phase, ok, replicationId } = notice;
                  // The watch of a VM whose workflow has ended goes with it.
                  const isHeard = await notifyVm(deps, watch.workflowId, notice);
                  return { operationId, phase, ok: ok && isHeard, replicationId };
                },
                { concurrency: NOTICES_AT_ONCE },
              );
              return polled({ ended: told });
            }
          } catch (error) {
            if (!(error instanceof VcdaError)) throw error;
            polledAt.set(input.site, listedAt);
            const rule = deps.sites.rules(error);
            if (isRefusedLogin(error)) {
              const { code, message } = error;
              return polled({ hold: { code, message, advice: rule.advice, askedAt: list.resumedAt } });
            }
            failures += 1;
            const wait = pauseBefore(rule, failures, error.retryAfter, Math.random());
            // What fails for the watches there are is no reason to let those wait that are handed over meanwhile.
            if (await reachability.failed(input.site, error)) failures = 0;
            await pause(wait);
          }
        }
        return polled({});
      }
      const polled = (part: Partial<PolledSite>): PolledSite => ({ ended: [], hold: null, news: memory.news, ...part });
      return beating(
        () => ({ watching: watches.length, failures, news: memory.news }),
        () =>
          poll().catch((error: unknown) => {
            // Asked to end by the site's workflow, which goes on by itself: nothing of what was seen is lost.
            if (isToldToEnd(error)) return polled({});
            throw error;
          }),
      );
    },

    /**
     * Asks the site about one operation directly: for a VM that has heard nothing for long. Hands it to the watcher anew when
     * it is not over, so that a lost watch heals as well as a lost notice.
     */
    async askAboutOperation(input: { site: string; watch: Watch; resumedAt: number }): Promise<Notice | null> {
      const site = deps.sites.get(input.site);
      const request = { ...input.watch, site: input.site };
      return beating(
        () => null,
        async ({ attempt }) => {
          try {
            const options = {
              peer: input.watch.peer,
              resumedAt: input.resumedAt,
              signal: cancellationSignal(),
            };
            // Whoever polls the site has asked for all of them: one question serves every VM that hears nothing.
            if (pollOf(site).turns.isHeard(input.watch, Date.now())) return null;
            const { ended, failures } = await unextended(options, (local) =>
              inspect(site, [input.watch], JUST_NOW, local),
            );
            if (ended[0] !== undefined) return ended[0].notice;
            if (failures[0] !== undefined) throw failures[0];
            await watchAtSite(deps, input.site, input.watch);
            return null;
          } catch (error) {
            throw failureOf(error, request, attempt, deps.sites.rules);
          }
        },
      );
    },
  };
}

const isToldToEnd = (error: unknown): boolean => error instanceof CancelledFailure && error.message === 'CANCELLED';

async function findTask(site: Site, id: string, options: CallOptions): Promise<Task | null> {
  try {
    return await site.task(id, options);
  } catch (error) {
    if (error instanceof VcdaError && error.status === 404 && !isOfFrontEnd(error)) return null;
    throw error;
  }
}

function replicationIdOf(watch: Watch, task: Task | undefined): string | null {
  const told = task === undefined ? null : replicationIdIn(task);
  return watch.kind === 'reverse' ? (told ?? watch.replicationId) : (watch.replicationId ?? told);
}
