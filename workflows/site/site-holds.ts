/** What a site refuses until a person acts, for each choice of logins apart: what one is refused holds nobody else. Pure. */
import { loginsKey } from '../../contract/logins.js';
import type { SiteHold } from '../../contract/watch.js';
import type { Logins } from '../../plan/types.js';

const DEFAULT = loginsKey();
/** Choices of logins for which a `resume` is remembered, beside the default one: anybody may say it for any. */
const MOST = 64;

export class SiteHolds {
  /** the last `resume` of each, by the key of the logins: epoch ms */
  readonly #resumed = new Map<string, number>();
  readonly #holds = new Map<string, { logins: Logins; hold: SiteHold }>();

  /** @param resumedAt with the default logins @param others by the key of theirs */
  constructor(resumedAt = 0, others: Record<string, number> = {}) {
    this.recall(resumedAt, others);
  }

  /** What is known from elsewhere: a newer `resume` stays. */
  recall(resumedAt: number, others: Record<string, number> = {}): void {
    for (const [key, at] of [[DEFAULT, resumedAt] as const, ...Object.entries(others)]) this.#note(key, at);
  }

  #note(key: string, at: number): void {
    const newest = Math.max(at, this.#resumed.get(key) ?? 0);
    this.#resumed.delete(key);
    this.#resumed.set(key, newest);
    const others = [...this.#resumed.keys()].filter((one) => one !== DEFAULT);
    for (const old of others.slice(0, -MOST)) this.#resumed.delete(old);
  }

  get carried(): { resumedAt: number; resumed?: Record<string, number> } {
    const others = [...this.#resumed].filter(([key]) => key !== DEFAULT);
    return { resumedAt: this.resumedAt(), ...(others.length === 0 ? {} : { resumed: Object.fromEntries(others) }) };
  }

  /** 0: never */
  resumedAt(logins: Logins = {}): number {
    return this.#resumed.get(loginsKey(logins)) ?? 0;
  }

  /** null: it refuses nothing */
  of(logins: Logins = {}): SiteHold | null {
    return this.#holds.get(loginsKey(logins))?.hold ?? null;
  }

  /** Of all but the default logins. */
  get others(): { logins: Logins; hold: SiteHold }[] {
    return [...this.#holds].flatMap(([key, one]) => (key === DEFAULT ? [] : [one]));
  }

  resume(at: number, logins: Logins = {}): void {
    this.#note(loginsKey(logins), at);
    this.#holds.delete(loginsKey(logins));
  }

  /** @param hold what a poll was refused; null: nothing. One from before the last `resume` says nothing */
  polled(hold: SiteHold | null, logins: Logins = {}): void {
    if (hold === null || hold.askedAt < this.resumedAt(logins)) this.#holds.delete(loginsKey(logins));
    else this.#holds.set(loginsKey(logins), { logins, hold });
  }
}
