/**
 * What a site's workflow remembers: the operations it waits for, who holds its slots and who queues for them. Pure, and
 * every change is idempotent, since signals and poll results may come twice.
 */

import type { CarriedSite } from '../../contract/inputs.js';
import type { SiteLimits, SiteStatus, SlotRequest } from '../../contract/messages.js';
import type { SlotKind } from '../../contract/operation.js';
import type { Subject, TestCopy } from '../../contract/questions.js';
import type { PolledSite, SiteHold, SiteWatchList, Watch } from '../../contract/watch.js';
import { inTurns } from './turns.js';

export class SiteState {
  readonly #watches: Map<string, Watch>;
  readonly #holders: Map<string, SlotRequest>;
  readonly #queue: Map<string, SlotRequest>;
  #brake: boolean;
  #limits: SiteLimits;
  #configured = { syncs: 0, cutovers: 0 };
  #resumedAt: number;
  #away: { at: number; message: string } | null = null;
  #hold: SiteHold | null = null;
  readonly #testCopies: Map<string, TestCopy>;
  #version = 0;

  constructor(carried?: CarriedSite) {
    this.#watches = new Map(carried?.watches.map((w) => [w.operationId, w]));
    this.#holders = new Map(carried?.holders.map((s) => [keyOf(s), s]));
    this.#queue = new Map(carried?.queue.map((s) => [keyOf(s), s]));
    this.#brake = carried?.brake ?? false;
    this.#limits = carried?.limits ?? { syncs: null, cutovers: null, requestsPerSecond: null };
    this.#resumedAt = carried?.resumedAt ?? 0;
    this.#testCopies = new Map(carried?.testCopies.map((copy) => [copy.replicationId, copy]));
  }

  get carried(): CarriedSite {
    return {
      watches: [...this.#watches.values()],
      holders: [...this.#holders.values()],
      queue: [...this.#queue.values()],
      brake: this.#brake,
      limits: this.#limits,
      resumedAt: this.#resumedAt,
      testCopies: [...this.#testCopies.values()],
    };
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

  get hold(): SiteHold | null {
    return this.#hold;
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

  get isPollable(): boolean {
    return this.#watches.size > 0 && this.#hold === null;
  }

  /** ids of the runs that wait for something here */
  get runs(): string[] {
    return [...new Set([...this.#watches.values(), ...this.#holders.values()].map((w) => w.run))];
  }

  /** The workflows that something is kept for here, each once. */
  get subjects(): Subject[] {
    const all = [...this.#watches.values(), ...this.#holders.values(), ...this.#queue.values()];
    return [...new Map(all.map(({ workflowId, run }) => [`${workflowId} ${run}`, { workflowId, run }])).values()];
  }

  /** Drops what is kept for workflows that have ended: a watch goes with its VM, and so does its slot. */
  forget(ended: Subject[]): void {
    const gone = new Set(ended.map(({ workflowId, run }) => `${workflowId} ${run}`));
    for (const kept of [this.#watches, this.#holders, this.#queue]) {
      for (const [key, { workflowId, run }] of kept) if (gone.has(`${workflowId} ${run}`)) kept.delete(key);
    }
    this.#version += 1;
  }

  /** What a poll asks for; the list itself only when it changed since `version`. */
  watchList(version: number): SiteWatchList {
    return {
      version: this.#version,
      watches: version === this.#version ? null : [...this.#watches.values()],
      resumedAt: this.#resumedAt,
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
      hold: this.#hold,
      away: this.#away,
    };
  }

  configure(limits: { syncs: number; cutovers: number }): void {
    this.#configured = { syncs: limits.syncs, cutovers: limits.cutovers };
  }

  set(change: { brake?: boolean; limits?: Partial<SiteLimits> }): void {
    this.#brake = change.brake ?? this.#brake;
    this.#limits = { ...this.#limits, ...change.limits };
    this.#version += 1;
  }

  watch(watch: Watch): void {
    // A watch that is known may be further on than the one handed over again.
    if (this.#watches.has(watch.operationId)) return;
    this.#watches.set(watch.operationId, watch);
    this.#version += 1;
  }

  resume(at: number): void {
    this.#resumedAt = Math.max(this.#resumedAt, at);
    this.#hold = null;
    this.#version += 1;
  }

  apply(polled: PolledSite): void {
    // A person has said `resume` while the poll asked with what was known before.
    this.#hold = (polled.hold?.askedAt ?? 0) < this.#resumedAt ? null : polled.hold;
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
      }
    }
    this.#version += 1;
  }

  request(request: SlotRequest): void {
    if (!this.#queue.has(keyOf(request))) this.#queue.set(keyOf(request), request);
  }

  release(slot: { slot: SlotKind; workflowId: string }): void {
    this.#holders.delete(keyOf(slot));
    this.#queue.delete(keyOf(slot));
  }

  /**
   * Takes from the queue whose turn it is, under the site's limits and each run's own share. A request of one that holds its
   * slot already is granted again.
   */
  grant(): SlotRequest[] {
    const granted = [...this.#queue].filter(([key]) => this.#holders.has(key)).map(([, request]) => request);
    for (const request of granted) this.#queue.delete(keyOf(request));
    if (!this.#brake) granted.push(...this.#serve('sync'), ...this.#serve('cutover'));
    for (const request of granted) this.#holders.set(keyOf(request), request);
    return granted;
  }

  #serve(slot: SlotKind): SlotRequest[] {
    const limits = this.#effective();
    const limit = (slot === 'sync' ? limits.syncs : limits.cutovers) ?? Number.POSITIVE_INFINITY;
    const holding = [...this.#holders.values()].filter((held) => held.slot === slot).map(({ run }) => run);
    // The queue may be long, and is looked at whenever anything changes at the site.
    if (holding.length >= limit) return [];
    const waiting = [...this.#queue.values()].filter((request) => request.slot === slot);
    const { served, queue } = inTurns(waiting, holding, limit);
    if (served.length === 0) return [];
    for (const request of waiting) this.#queue.delete(keyOf(request));
    for (const request of queue) this.#queue.set(keyOf(request), request);
    return served;
  }

  #effective(): SiteLimits {
    return {
      syncs: this.#limits.syncs ?? this.#configured.syncs,
      cutovers: this.#limits.cutovers ?? this.#configured.cutovers,
      requestsPerSecond: this.#limits.requestsPerSecond,
    };
  }
}

const keyOf = ({ slot, workflowId }: { slot: SlotKind; workflowId: string }): string => `${slot} ${workflowId}`;
