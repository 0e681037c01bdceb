/** Waiting for everything that runs at a site, with a few calls for all of it: each VM hears when its own is over. */
import { activityInfo, CancelledFailure, cancellationSignal, log } from '@temporalio/activity';
import pMap from 'p-map';
import { SENDS_NOTHING } from '../contract/codes.js';
import { loginsMemo } from '../contract/logins.js';
import { siteWatchesQuery } from '../contract/messages.js';
import { vmOfWorkflowId } from '../contract/names.js';
import type { Notice } from '../contract/notice.js';
import type { OperationKind } from '../contract/operation.js';
import type { PolledSite, PollSiteInput, SiteWatchList, Watch } from '../contract/watch.js';
import { StoreAway } from '../store/index.js';
import { pauseBefore, type Site, VcdaError } from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { unextended } from './extension.js';
import { failureOf, isRefusedLogin } from './failures.js';
import { beating, pause } from './heartbeat.js';
import type { Reachability } from './reachability.js';
import { SitePoll } from './site-poll.js';
import { askTemporal, notifyVm, reopenSite, tellTrouble, watchAtSite } from './site-signals.js';
import { Transfers } from './transfers.js';
import { type Inspected, Inspections } from './watch-inspections.js';
import { type Copies, JUST_NOW, PollMemory } from './watch-memory.js';
import { claimRecovered } from './working-claims.js';

/** One poll activity lives at most this long, below its start-to-close time-out, so that a new one takes over: ms. */
const LIFE = 8 * 60_000;
const NOTICES_AT_ONCE = 20;

interface Polling {
  poll: SitePoll;
  copies: Copies;
  transfers: Transfers;
  /** epoch ms of its last poll: one that found something ends, and the next must not follow at once */
  at: number;
}

/** What a worker keeps of sites from one poll to the next. */
class PolledSites {
  readonly #bySite = new Map<string, Polling>();

  of({ name, config }: Site): Polling {
    const known = this.#bySite.get(name) ?? {
      poll: new SitePoll(config.polling.interval),
      copies: new Map(),
      transfers: new Transfers(),
      at: 0,
    };
    this.#bySite.set(name, known);
    return known;
  }
}

export function createSiteWatchActivities(deps: ActivityDeps, reachability: Reachability) {
  const sites = new PolledSites();
  const inspections = new Inspections(deps, reachability);

  /** What the store cannot tell now was not measured. */
  const lengthsAt = (site: string, kind: OperationKind, most: number): Promise<number[]> =>
    deps.store.durations(site, kind, most).catch((error: unknown) => {
      if (error instanceof StoreAway) return [];
      throw error;
    });

  /** @returns whether the site's workflow is to know at once: a copy that sends nothing lends its place on, until it does */
  async function tellTroubles(troubles: Inspected['troubles'], memory: PollMemory): Promise<boolean> {
    const news = troubles.filter(({ watch, trouble }) => memory.isNews(watch, trouble?.code ?? null));
    await pMap(
      news,
      async ({ watch: { workflowId, operationId, phase }, trouble }) => {
        await tellTrouble(deps, workflowId, { operationId, phase, trouble });
      },
      { concurrency: NOTICES_AT_ONCE },
    );
    return news.some(
      ({ watch, trouble }) => watch.slot === 'sync' && (trouble === null || SENDS_NOTHING.has(trouble.code)),
    );
  }

  return {
    /**
     * Polls until at least one watch is over, tells their VMs, and returns them. Asks the site's workflow for its watch list
     * at every turn, so that a long list is not written into history again and again.
     */
    async pollSite(input: PollSiteInput): Promise<PolledSite> {
      const site = deps.sites.get(input.site);
      const polling = sites.of(site);
      const memory = new PollMemory(activityInfo().heartbeatDetails, polling.copies, Date.now, polling.transfers);
      const workflow = deps.client.workflow.getHandle(input.workflowId);
      const began = Date.now();
      let listedAt = began;
      let list: SiteWatchList = { version: -1, watches: [], resumedAt: 0, limits: { requestsPerSecond: null } };
      let watches: Watch[] = [];
      let failures = 0;

      async function poll(): Promise<PolledSite> {
        while (Date.now() - began < LIFE) {
          list = await askTemporal(deps, () =>
            workflow.query(siteWatchesQuery, { version: list.version, ...loginsMemo(input.logins ?? {}) }),
          ).catch((error: unknown) => {
            // Without a list there is nothing to poll; with one, what is known goes on being polled.
            if (list.version < 0 || cancellationSignal().aborted) throw error;
            return { ...list, watches: null };
          });
          watches = list.watches ?? watches;
          if (watches.length === 0) break;
          const { interval } = site.config.polling;
          const due = Math.max(polling.at + interval, polling.poll.dueAt(watches));
          // What is handed over meanwhile may be due earlier.
          await pause(Math.max(0, Math.min(due - Date.now(), listedAt + interval - Date.now())));
          listedAt = Date.now();
          site.setRate(list.limits.requestsPerSecond ?? site.config.limits.requestsPerSecond);
          try {
            const options = { resumedAt: list.resumedAt, signal: cancellationSignal() };
            memory.follow(watches);
            await polling.poll.remember(watches, (kind, most) => lengthsAt(input.site, kind, most));
            const seen = await polling.poll.inspect(site, watches, options, (some, known, isAll) =>
              inspections.of(site, some, memory, options, known, isAll),
            );
            if (seen === null) continue;
            polling.at = listedAt;
            await reachability.answered(input.site);
            failures = 0;
            if (seen === 'told') continue;
            const { ended, troubles } = seen;
            const isLent = await tellTroubles(troubles, memory);
            if (isLent || ended.length > 0) {
              // Before anybody can hear of them.
              await claimRecovered(deps, input.site, ended.flatMap(recoveredIn));
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
            polling.at = listedAt;
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
        () => ({ watching: watches.length, failures, news: memory.news, transfers: memory.transfers }),
        () =>
          poll().catch(async (error: unknown) => {
            // Asked to end by the site's workflow, which goes on by itself: nothing of what was seen is lost.
            if (isToldToEnd(error)) return polled({});
            if (isOrphaned(error)) {
              await reopenSite(deps, input.site).catch((failed: unknown) =>
                log.warn("the site's workflow is gone, and none could be started", { site: input.site, error: failed }),
              );
            }
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
            if (sites.of(site).poll.turns.isHeard(input.watch, Date.now())) return null;
            const { ended, failures } = await unextended(options, (local) =>
              inspections.of(site, [input.watch], JUST_NOW, local),
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

/** The VM that a recovery has made. */
function recoveredIn({ watch, notice }: Inspected['ended'][number]): Parameters<typeof claimRecovered>[2] {
  const { kind, peer, run, workflowId } = watch;
  const vmId = notice.replication?.recoveredVmId ?? null;
  if (vmId === null || !notice.ok || (kind !== 'migrate' && kind !== 'failover')) return [];
  return [{ peer, run, unit: vmOfWorkflowId(workflowId), vmId }];
}

const isToldToEnd = (error: unknown): boolean => error instanceof CancelledFailure && error.message === 'CANCELLED';

/** Somebody has terminated the site's workflow; or another attempt polls by now, and then it runs. */
const isOrphaned = (error: unknown): boolean => error instanceof CancelledFailure && error.message === 'NOT_FOUND';
