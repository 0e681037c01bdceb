/**
 * Waiting for everything that runs at a site, with a few calls for all of it: tasks and replications are asked for by up
 * to 100 ids at a time, and each VM hears when its own is over.
 */
import { cancellationSignal } from '@temporalio/activity';
import pMap from 'p-map';
import { siteWatchesQuery } from '../contract/messages.js';
import type { Notice, PolledSite, PollSiteInput, SiteWatchList, Watch } from '../contract/operation.js';
import {
  type CallOptions,
  contradictsItself,
  isOfFrontEnd,
  pauseBefore,
  type Site,
  type Task,
  VcdaError,
  type VmReplication,
} from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { unextended } from './extension.js';
import { failureOf, isRefusedLogin } from './failures.js';
import { beating, pause } from './heartbeat.js';
import { isAmiss, judge, needsReplication } from './outcome.js';
import type { Reachability } from './reachability.js';
import { findReversed, reversedIn } from './reversal.js';
import { replicationIdIn } from './send.js';
import { askTemporal, notifyVm, watchAtSite } from './site-signals.js';
import { SINCE_SUBMITTED, type WatchMemories, type WatchMemory } from './watch-memory.js';

interface Inspected {
  ended: { watch: Watch; notice: Notice }[];
  /** why some watches could not be judged this time */
  unheard: VcdaError[];
}

/** One poll activity lives at most this long, below its start-to-close time-out, so that a new one takes over: ms. */
const LIFE = 8 * 60_000;
const NOTICES_AT_ONCE = 20;

export function createSiteWatchActivities(deps: ActivityDeps, reachability: Reachability, memories: WatchMemories) {
  async function inspect(site: Site, watches: Watch[], memory: WatchMemory, options: CallOptions): Promise<Inspected> {
    const settle = site.config.reconcile.settle;
    const taskIds = watches.flatMap((w) => (w.phase === 'task' && w.taskId !== null ? [w.taskId] : []));
    const tasks = await site.tasksById(taskIds, options);
    // The lists have been answered; that one watch could not be asked about must not undo what the others have shown.
    const unheard = new Map<Watch, VcdaError>();
    async function unlessUnheard<T>(watch: Watch, ask: () => Promise<T>): Promise<T | undefined> {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof VcdaError) || deps.sites.rules(error).call !== 'retry') throw error;
        unheard.set(watch, error);
        return undefined;
      }
    }
    for (const watch of watches) {
      if (watch.phase !== 'task' || watch.taskId === null || tasks.has(watch.taskId)) continue;
      // A list may leave out what the task's own address still shows; asked once the wait for the list is over.
      if (memory.amissFor(watch, true) < settle) continue;
      const { taskId } = watch;
      const task = await unlessUnheard(watch, () => findTask(site, taskId, options));
      if (task) tasks.set(task.id, task);
    }
    const seen = new Map(
      watches.map((w) => {
        const task = w.phase === 'task' && w.taskId !== null ? tasks.get(w.taskId) : undefined;
        // In the sync phase it is the replication that may be amiss, which is known below.
        const isAmissTask = task === undefined || contradictsItself(task);
        const amissFor = w.phase === 'task' ? memory.amissFor(w, isAmissTask) : 0;
        return [w, { task, wasListed: memory.wasListed(w, task !== undefined), amissFor }];
      }),
    );

    const asked = new Map([...seen].filter(([watch, past]) => needsReplication(watch, past, settle)));
    const ids = [...asked].map(([watch, { task }]) => replicationIdOf(watch, task));
    const replications = await site.replicationsById([...new Set(ids.filter((id) => id !== null))], options);
    const ended: Inspected['ended'] = [];
    for (const [watch, past] of seen) {
      const { task } = past;
      const replication = asked.has(watch)
        ? await unlessUnheard(watch, () => replicationOf(site, watch, task, replications, options))
        : undefined;
      if (unheard.has(watch)) continue;
      const amissFor = watch.phase === 'sync' ? memory.amissFor(watch, isAmiss(watch, replication)) : past.amissFor;
      const notice = judge(watch, { ...past, replication, amissFor }, settle, Date.now(), deps.sites.rules);
      if (notice !== null) ended.push({ watch, notice });
    }
    return { ended, unheard: [...unheard.values()] };
  }

  /** A start's replication is known by its task's result, else by its VM; a reverse's may be elsewhere and have another id. */
  async function replicationOf(
    site: Site,
    watch: Watch,
    task: Task | undefined,
    known: Map<string, VmReplication>,
    options: CallOptions,
  ): Promise<VmReplication | null> {
    const id = replicationIdOf(watch, task);
    if (watch.kind === 'reverse') {
      const listed = id === null ? undefined : known.get(id);
      if (watch.phase === 'sync' && listed !== undefined) return listed;
      const found = await findReversed(deps.sites, site, { ...watch, replicationId: id }, options);
      return found ?? reversedIn(task, watch);
    }
    const named = id === null ? null : (known.get(id) ?? (await site.findReplication(id, options)));
    if (named !== null || (id !== null && watch.kind !== 'start')) return named;
    const all = await site.replications({ vmId: watch.vm.id }, options);
    return all.find((r) => r.vmId === watch.vm.id) ?? null;
  }

  return {
    /**
     * Polls until at least one watch is over, tells their VMs, and returns them. Asks the site's workflow for its watch list
     * at every turn, so that a long list is not written into history again and again.
     */
    async pollSite(input: PollSiteInput): Promise<PolledSite> {
      const site = deps.sites.get(input.site);
      const memory = memories.of(input.site);
      const workflow = deps.client.workflow.getHandle(input.workflowId);
      const began = Date.now();
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
          await pause(Math.max(0, memory.polledAt + site.config.polling.interval - Date.now()));
          memory.polledAt = Date.now();
          site.setRate(list.limits.requestsPerSecond ?? site.config.limits.requestsPerSecond);
          try {
            const options = { resumedAt: list.resumedAt, signal: cancellationSignal() };
            memory.keepOnly(watches);
            const { ended } = await inspect(site, watches, memory, options);
            await reachability.answered(input.site);
            failures = 0;
            if (ended.length > 0) {
              await pMap(ended, ({ watch, notice }) => notifyVm(deps, watch.workflowId, notice), {
                concurrency: NOTICES_AT_ONCE,
              });
              return {
                hold: null,
                ended: ended.map(({ notice: { operationId, phase, ok, replicationId } }) => ({
                  operationId,
                  phase,
                  ok,
                  replicationId,
                })),
              };
            }
          } catch (error) {
            if (!(error instanceof VcdaError)) throw error;
            const rule = deps.sites.rules(error);
            if (isRefusedLogin(error)) {
              const { code, message } = error;
              return { ended: [], hold: { code, message, advice: rule.advice } };
            }
            failures += 1;
            const wait = pauseBefore(rule, failures, error.retryAfter, Math.random());
            await reachability.failed(input.site, error);
            await pause(wait);
          }
        }
        return { ended: [], hold: null };
      }
      return beating(() => ({ watching: watches.length, failures }), poll);
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
            const { ended, unheard } = await unextended(options, (local) =>
              inspect(site, [input.watch], SINCE_SUBMITTED, local),
            );
            if (ended[0] !== undefined) return ended[0].notice;
            if (unheard[0] !== undefined) throw unheard[0];
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
