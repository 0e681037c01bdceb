/**
 * What has been seen of each watch from one poll to the next. It is kept with the watch, in the site's workflow, and on the
 * way there in heartbeats: no worker knows more of a watch than any other.
 */
import { type Watch, type WatchNews, type WatchSeen, watchKey } from '../contract/watch.js';
import type { Task, VmReplication } from '../vcda/index.js';
import { Transfers } from './transfers.js';

export interface WatchMemory {
  /** ms for which something has been amiss without a break, now included */
  amissFor(watch: Watch, isAmiss: boolean): number;
  /** ms for which its replication has not been found without a break, now included */
  missingFor(watch: Watch, isMissing: boolean): number;
  /** whether its task was ever listed, now included */
  wasListed(watch: Watch, isListed: boolean): boolean;
  /** ms for which its copy has shown just this; null: there is none to be seen */
  quietFor(watch: Watch, shown: string | null): number;
  /** what a watch that goes on has shown of how far it is */
  goesOn(watch: Watch, task: Task | undefined, replication: VmReplication | null | undefined): void;
}

/** What has been so for less is not worth a line of the site's history: ms. */
const WORTH_TELLING = 60_000;

/**
 * What a worker has seen of copies, from one poll to the next: what they show only grows, so the same as before means that
 * nothing was sent in between, whoever looked then.
 */
export type Copies = Map<string, NonNullable<WatchSeen['copy']>>;

/** Of all watches of one poll. */
export class PollMemory implements WatchMemory {
  readonly #seen: Map<string, WatchSeen>;
  /** what the site's workflow knows already */
  readonly #known = new Map<string, string>();
  readonly #now: () => number;

  readonly #copies: Copies;
  readonly #transfers: Transfers;

  /**
   * @param details of the last heartbeat of the attempt before, which may have seen more than the workflow knows
   * @param copies what this worker has seen of copies at the site, and how far they are
   * @param now epoch ms
   */
  constructor(
    details: unknown,
    copies: Copies = new Map(),
    now: () => number = Date.now,
    transfers: Transfers = new Transfers(now),
  ) {
    const { news = [] } = (details ?? {}) as { news?: WatchNews[] };
    this.#seen = new Map(news.map((one) => [watchKey(one), one.seen]));
    this.#copies = copies;
    this.#transfers = transfers;
    this.#now = now;
  }

  /** Takes up the watches of a list, and forgets all others: they are over. */
  follow(watches: Watch[]): void {
    this.#transfers.follow(watches);
    const kept = new Set(watches.map(watchKey));
    for (const map of [this.#seen, this.#copies]) {
      for (const key of map.keys()) if (!kept.has(key)) map.delete(key);
    }
    for (const watch of watches) {
      const key = watchKey(watch);
      const { seen = {} } = watch;
      this.#known.set(key, JSON.stringify(seen));
      if (!this.#seen.has(key)) this.#seen.set(key, { ...seen });
    }
  }

  amissFor(watch: Watch, isAmiss: boolean): number {
    return this.#since(watch, 'amissSince', isAmiss);
  }

  missingFor(watch: Watch, isMissing: boolean): number {
    return this.#since(watch, 'missingSince', isMissing);
  }

  wasListed(watch: Watch, isListed: boolean): boolean {
    const seen = this.#of(watch);
    if (isListed) seen.isListed = true;
    return seen.isListed === true;
  }

  quietFor(watch: Watch, shown: string | null): number {
    const seen = this.#of(watch);
    if (shown === null) {
      delete seen.copy;
      return 0;
    }
    const now = this.#now();
    const key = watchKey(watch);
    const before = [seen.copy, this.#copies.get(key)].filter((copy) => copy?.shown === shown);
    seen.copy = { shown, since: Math.min(now, ...before.map((copy) => copy?.since ?? now)) };
    this.#copies.set(key, seen.copy);
    return now - seen.copy.since;
  }

  goesOn(watch: Watch, task: Task | undefined, replication: VmReplication | null | undefined): void {
    this.#transfers.saw(watch, task, replication);
  }

  /** How far each is. */
  get transfers(): Transfers['told'] {
    return this.#transfers.told;
  }

  /** Whether its VM has not been told this yet; it is, from now on. @param code null: it goes on */
  isNews(watch: Watch, code: string | null): boolean {
    const seen = this.#of(watch);
    if ((seen.told ?? null) === code) return false;
    if (code === null) delete seen.told;
    else seen.told = code;
    return true;
  }

  /** What the site's workflow does not know yet. */
  get news(): WatchNews[] {
    return [...this.#seen].flatMap(([key, { copy, ...rest }]) => {
      const isOld = copy !== undefined && this.#now() - copy.since >= WORTH_TELLING;
      const seen = isOld ? { ...rest, copy } : rest;
      if (JSON.stringify(seen) === this.#known.get(key)) return [];
      const at = key.lastIndexOf(' ');
      return [{ operationId: key.slice(0, at), phase: key.slice(at + 1) as Watch['phase'], seen }];
    });
  }

  #of(watch: Watch): WatchSeen {
    const known = this.#seen.get(watchKey(watch)) ?? {};
    this.#seen.set(watchKey(watch), known);
    return known;
  }

  #since(watch: Watch, member: 'amissSince' | 'missingSince', isSo: boolean): number {
    const seen = this.#of(watch);
    if (!isSo) {
      delete seen[member];
      return 0;
    }
    const now = this.#now();
    seen[member] ??= now;
    return now - seen[member];
  }
}

/** For one question: for how long anything has been amiss is for the site's watcher to know. */
export const JUST_NOW: WatchMemory = {
  amissFor: (_, isAmiss) => (isAmiss ? 1 : 0),
  missingFor: () => 0,
  wasListed: (_, isListed) => isListed,
  quietFor: () => 0,
  goesOn: () => {},
};
