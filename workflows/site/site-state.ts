/**
 * What a site's workflow remembers: the operations it waits for, its places and limits, and how it answers. Pure, and every
 * change is idempotent, since signals and poll results may come twice.
 */

import type { SetBy } from '../../contract/act.js';
import { SENDS_NOTHING } from '../../contract/codes.js';
import { loginsKey } from '../../contract/logins.js';
import type { SlotKind } from '../../contract/operation.js';
import type { Subject, TestCopy } from '../../contract/questions.js';
import type { Share } from '../../contract/run-settings.js';
import type {
  CarriedSite,
  ConfiguredLimits,
  SiteChange,
  SiteLimits,
  SiteStatus,
  SlotRequest,
} from '../../contract/site.js';
import type { SiteShown } from '../../contract/site-shown.js';
import type { PolledSite, SiteHold, SiteWatchList, Watch } from '../../contract/watch.js';
import { type Logins, loginAt } from '../../plan/types.js';
import { ActsTold } from '../run/acts-told.js';
import { SiteHolds } from './site-holds.js';
import { SiteLogins } from './site-logins.js';
import { SitePlaces } from './site-places.js';
import { shownSite } from './site-shown.js';

export class SiteState {
  readonly #watches: Map<string, Watch>;
  readonly #places: SitePlaces;
  #brake: boolean;
  #limits: SiteLimits;
  #configured: ConfiguredLimits | null;
  #set: NonNullable<CarriedSite['set']>;
  #acts: number;
  readonly actsTold: ActsTold;
  #away: { at: number; message: string } | null = null;
  readonly #holds: SiteHolds;
  readonly #testCopies: Map<string, TestCopy>;
  #logins: SiteLogins;
  #version = 0;

  constructor(carried?: CarriedSite) {
    this.#watches = new Map(carried?.watches.map((w) => [w.operationId, w]));
    this.#places = new SitePlaces(carried?.holders, carried?.queue, carried?.shares, carried?.passed);
    this.#brake = carried?.brake ?? false;
    this.#limits = carried?.limits ?? { syncs: null, cutovers: null, requestsPerSecond: null };
    this.#holds = new SiteHolds(carried?.resumedAt, carried?.resumed);
    this.#configured = carried?.configured ?? null;
    this.#set = carried?.set ?? {};
    this.#acts = carried?.acts ?? 0;
    this.actsTold = new ActsTold(carried?.actsTold);
    this.#testCopies = new Map(carried?.testCopies.map((copy) => [copy.replicationId, copy]));
    this.#logins = new SiteLogins(carried?.logins);
  }

  get carried(): CarriedSite {
    return {
      watches: [...this.#watches.values()],
      holders: this.#places.holders,
      queue: this.#places.queue,
      brake: this.#brake,
      limits: this.#limits,
      ...this.#holds.carried,
      testCopies: [...this.#testCopies.values()],
      logins: this.#logins.carried,
      ...(this.#places.shares.length === 0 ? {} : { shares: this.#places.shares }),
      ...(Object.keys(this.#places.passed).length === 0 ? {} : { passed: this.#places.passed }),
      set: this.#set,
      acts: this.#acts,
      ...this.actsTold.carried,
      ...(this.#configured === null ? {} : { configured: this.#configured }),
    };
  }

  /** Acts of persons that were done, over all executions. */
  get acts(): number {
    return this.#acts;
  }

  acted(): void {
    this.#acts += 1;
  }

  get brake(): boolean {
    return this.#brake;
  }

  /** As it is set by persons, whether the config would give the same or not. */
  get limits(): SiteLimits {
    return this.#limits;
  }

  /** Takes what another workflow of the site knew, which somebody has terminated: what came since then is newer. */
  recall(known: CarriedSite): void {
    const { watches, holders, queue, brake, limits, resumedAt, testCopies, logins } = known;
    // A watch alone does not tell what its place was asked for.
    this.#places.recall({ holders, queue, shares: known.shares ?? [] });
    for (const watch of watches) this.watch(watch);
    this.#brake = brake;
    this.#limits = limits;
    this.#holds.recall(resumedAt, known.resumed);
    for (const copy of testCopies) this.testCopy(copy);
    if (logins !== undefined) this.#logins = new SiteLogins(logins);
    this.#set = known.set ?? {};
    this.#acts += known.acts ?? 0;
    this.actsTold.recall(known.actsTold);
    this.#version += 1;
  }

  /** Those that stay are looked at when a sweep is asked for. */
  get hasCopiesToSweep(): boolean {
    return [...this.#testCopies.values()].some(({ stays }) => stays === undefined);
  }

  testCopy(copy: TestCopy): void {
    this.#testCopies.set(copy.replicationId, copy);
  }

  testCopyGone(replicationId: string): void {
    this.#testCopies.delete(replicationId);
  }

  get logins(): SiteLogins {
    return this.#logins;
  }

  /** Of the default logins. */
  get hold(): SiteHold | null {
    return this.holdOf();
  }

  holdOf(logins: Logins = {}): SiteHold | null {
    return this.#holds.of(logins);
  }

  get away(): { at: number; message: string } | null {
    return this.#away;
  }

  /** false when that was known */
  goneAway(away: { at: number; message: string }): boolean {
    if (this.#away !== null) return false;
    this.#away = away;
    return true;
  }

  /** false when it had not been away */
  cameBack(): boolean {
    const was = this.#away !== null;
    this.#away = null;
    return was;
  }

  isPollable(logins: Logins = {}): boolean {
    return this.holdOf(logins) === null && this.#watchesOf(logins).length > 0;
  }

  /** With which something is waited for here, but for the default ones; each choice once. */
  get otherLogins(): Logins[] {
    const all = [...this.#watches.values()].map(({ logins = {} }) => [loginsKey(logins), logins] as const);
    return [...new Map(all).values()].filter((logins) => Object.keys(logins).length > 0);
  }

  #watchesOf(logins: Logins): Watch[] {
    const key = loginsKey(logins);
    return [...this.#watches.values()].filter((watch) => loginsKey(watch.logins) === key);
  }

  /** ids of the runs that a refusal of these logins holds: those of which something is waited for with them */
  runsWith(logins: Logins): string[] {
    const its = new Set(this.#watchesOf(logins).map(({ run }) => run));
    if (Object.keys(logins).length > 0) return [...its];
    // Those that have a place have nothing else to tell by which they are.
    const others = new Set(this.otherLogins.flatMap((other) => this.runsWith(other)));
    return [...new Set([...its, ...this.#places.holders.map(({ run }) => run).filter((run) => !others.has(run))])];
  }

  /** ids of the runs that wait for something here */
  get runs(): string[] {
    return [...new Set([...this.#watches.values(), ...this.#places.holders].map((w) => w.run))];
  }

  /** The workflows that something is kept for here, each once. */
  get subjects(): Subject[] {
    const all = [...this.#watches.values(), ...this.#places.holders, ...this.#places.queue];
    return [...new Map(all.map(({ workflowId, run }) => [`${workflowId} ${run}`, { workflowId, run }])).values()];
  }

  /** Drops what is kept for workflows that have ended: a watch goes with its VM, and so does its slot. */
  forget(ended: Subject[]): void {
    const gone = new Set(ended.map(({ workflowId, run }) => `${workflowId} ${run}`));
    const isGone = ({ workflowId, run }: Subject) => gone.has(`${workflowId} ${run}`);
    for (const [key, watch] of this.#watches) if (isGone(watch)) this.#watches.delete(key);
    this.#places.forget(isGone);
    this.#version += 1;
  }

  /** What a poll asks for; the list itself only when it changed since `version`. */
  watchList(version: number, logins: Logins = {}): SiteWatchList {
    return {
      version: this.#version,
      watches: version === this.#version ? null : this.#watchesOf(logins),
      resumedAt: this.#holds.resumedAt(logins),
      limits: { requestsPerSecond: this.#limits.requestsPerSecond },
    };
  }

  status(site: string): SiteStatus {
    const { watches, holders, queue, brake } = this.carried;
    return {
      site,
      brake,
      limits: this.#effective(),
      holders,
      queue,
      watches,
      testCopies: [...this.#testCopies.values()],
      hold: this.hold,
      away: this.#away,
    };
  }

  /** What the config gives. @param now epoch ms */
  configure({ syncs, cutovers, requestsPerSecond = null }: Partial<SiteLimits>, now = 0): void {
    const given = { syncs: syncs ?? 0, cutovers: cutovers ?? 0, requestsPerSecond };
    const known = this.#configured;
    const isKnown =
      known?.syncs === given.syncs &&
      known.cutovers === given.cutovers &&
      known.requestsPerSecond === given.requestsPerSecond;
    this.#configured = { ...given, since: isKnown ? known.since : now };
  }

  /** @param by absent: nobody has said who it is */
  set({ brake, limits = {} }: SiteChange, by?: SetBy): void {
    this.#brake = brake ?? this.#brake;
    this.#limits = { ...this.#limits, ...limits };
    if (by !== undefined) {
      const changed = [...Object.keys(limits), ...(brake === undefined ? [] : ['brake'])];
      this.#set = { ...this.#set, ...Object.fromEntries(changed.map((name) => [name, by])) };
    }
    this.#version += 1;
  }

  /** As people see it. */
  shown(site: string): SiteShown {
    const [carried, configured] = [this.carried, this.#configured];
    const others = this.#holds.others.map(({ logins, hold }) => ({ login: loginAt(logins, site), hold }));
    return shownSite({ site, carried, configured, hold: this.hold, others, away: this.#away });
  }

  watch(watch: Watch): void {
    // A watch that is known may be further on than the one handed over again.
    if (this.#watches.has(watch.operationId)) return;
    this.#watches.set(watch.operationId, watch);
    const { slot, workflowId, run, vm, places } = watch;
    const many = places === undefined ? {} : { places };
    if (slot !== null) this.#places.hold({ slot, workflowId, run, vm, share: null, ...many });
    this.#version += 1;
  }

  resume(at: number, logins: Logins = {}): void {
    this.#holds.resume(at, logins);
    this.#version += 1;
  }

  apply(polled: PolledSite, logins: Logins = {}): void {
    this.#holds.polled(polled.hold, logins);
    for (const { operationId, phase, seen } of polled.news ?? []) {
      const watch = this.#watches.get(operationId);
      if (watch?.phase === phase) this.#watches.set(operationId, { ...watch, seen });
    }
    for (const { operationId, phase, ok, replicationId } of polled.ended) {
      const watch = this.#watches.get(operationId);
      if (watch === undefined || watch.phase !== phase) continue;
      if (ok && phase === 'task' && watch.until === 'synced') {
        const { seen: _, ...rest } = watch;
        this.#watches.set(operationId, { ...rest, phase: 'sync', replicationId });
      } else {
        this.#watches.delete(operationId);
        if (watch.slot !== null) this.release({ slot: watch.slot, workflowId: watch.workflowId });
        if (ok && watch.next !== undefined) this.request(watch.next);
      }
    }
    this.#version += 1;
  }

  share(share: Share): void {
    this.#places.share(share);
  }

  request(request: SlotRequest): void {
    this.#places.request(request);
  }

  release(slot: { slot: SlotKind; workflowId: string }): void {
    this.#places.release(slot);
  }

  /** Takes from the queue whose turn it is; with the brake on nobody's. */
  grant(): SlotRequest[] {
    const again = this.#places.grantAgain();
    if (this.#brake) return again;
    const { syncs, cutovers } = this.#effective();
    const idle = new Set([...this.#watches.values()].filter(sendsNothing).map(({ workflowId }) => workflowId));
    return [...again, ...this.#places.grant({ syncs: syncs ?? 0, cutovers: cutovers ?? 0 }, (id) => idle.has(id))];
  }

  #effective(): SiteLimits {
    return {
      syncs: this.#limits.syncs ?? this.#configured?.syncs ?? 0,
      cutovers: this.#limits.cutovers ?? this.#configured?.cutovers ?? 0,
      requestsPerSecond: this.#limits.requestsPerSecond,
    };
  }
}

const sendsNothing = ({ slot, seen }: Watch): boolean => slot === 'sync' && SENDS_NOTHING.has(seen?.told ?? '');
