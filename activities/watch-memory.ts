import type { Watch } from '../contract/operation.js';

/** What a worker remembers of watches from one poll to the next, since a poll ends as soon as any VM is done. */
export interface WatchMemory {
  /** ms for which something has been amiss without a break, now included */
  amissFor(watch: Watch, isAmiss: boolean): number;
  /** whether its task was ever listed, now included */
  wasListed(watch: Watch, isListed: boolean): boolean;
}

export class SiteMemory implements WatchMemory {
  /** epoch ms of the last poll: one that found something ends, and the next must not follow at once */
  polledAt = 0;
  readonly #amissSince = new Map<string, number>();
  readonly #listed = new Set<string>();

  amissFor(watch: Watch, isAmiss: boolean): number {
    const key = keyOf(watch);
    if (!isAmiss) {
      this.#amissSince.delete(key);
      return 0;
    }
    const first = this.#amissSince.get(key) ?? Date.now();
    this.#amissSince.set(key, first);
    return Date.now() - first;
  }

  wasListed(watch: Watch, isListed: boolean): boolean {
    if (isListed) this.#listed.add(keyOf(watch));
    return this.#listed.has(keyOf(watch));
  }

  /** Forgets all others: they are over. */
  keepOnly(watches: Watch[]): void {
    const kept = new Set(watches.map(keyOf));
    for (const key of [...this.#amissSince.keys(), ...this.#listed]) {
      if (kept.has(key)) continue;
      this.#amissSince.delete(key);
      this.#listed.delete(key);
    }
  }
}

/** What one worker remembers of all its sites. */
export class WatchMemories {
  readonly #bySite = new Map<string, SiteMemory>();

  of(site: string): SiteMemory {
    const known = this.#bySite.get(site) ?? new SiteMemory();
    this.#bySite.set(site, known);
    return known;
  }
}

const keyOf = ({ operationId, phase }: Watch): string => `${operationId} ${phase}`;

/** For one question, which has nothing to remember: what is amiss has been so since the operation was submitted. */
export const SINCE_SUBMITTED: WatchMemory = {
  amissFor: ({ since }, isAmiss) => (isAmiss ? Date.now() - since : 0),
  wasListed: (_, isListed) => isListed,
};
