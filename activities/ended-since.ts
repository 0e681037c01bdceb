/**
 * Whether a site tells what ended since a moment, and which moment to ask with: found out, never assumed. The moment is the
 * site's own time, from the ends that it has shown itself. Pure.
 */
import { plausibleTime } from '../vcda/index.js';

/** What is asked for begins so much earlier than need be: clocks run unevenly, and lists lag behind. ms */
export const OVERLAP = 2 * 60_000;
/** Ends by which the site's clock is told; an odd one among them decides nothing. */
const KEPT = 9;
/** Times that the pause before the next proof is doubled. */
const DOUBLINGS = 6;

export class EndedSince {
  readonly #patience: number;
  readonly #offsets: number[] = [];
  #isProven = false;
  #failures = 0;
  #notBefore = 0;

  /** @param patience after a proof that failed, the first time: ms */
  constructor(patience: number) {
    this.#patience = patience;
  }

  get isProven(): boolean {
    return this.#isProven;
  }

  /** @param now epoch ms */
  mayProve(now: number): boolean {
    return !this.#isProven && now >= this.#notBefore;
  }

  /** An answer held the end that was known already. */
  proven(): void {
    this.#isProven = true;
    this.#failures = 0;
  }

  /** The site does not tell it, or no longer. */
  failed(now: number): void {
    this.#isProven = false;
    // Its clock may have been set.
    this.#offsets.length = 0;
    this.#notBefore = now + this.#patience * 2 ** Math.min(this.#failures, DOUBLINGS);
    this.#failures += 1;
  }

  /** @param endTime as the site tells it; @param seenAt by our clock, at or after which it was seen first */
  saw(endTime: unknown, seenAt: number): void {
    const at = plausibleTime(endTime);
    if (at === null) return;
    this.#offsets.push(at - seenAt);
    if (this.#offsets.length > KEPT) this.#offsets.shift();
  }

  /** For all that ended after `heardAt` of our clock; null: the site's clock is not known. */
  momentFor(heardAt: number): number | null {
    const ahead = this.#ahead();
    return ahead === null ? null : Math.floor(heardAt + ahead - OVERLAP);
  }

  /** Whether the site kept back an end that a question at `listedAt` of our clock should have told. */
  hid(endTime: unknown, listedAt: number): boolean {
    const at = plausibleTime(endTime);
    const ahead = this.#ahead();
    return at === null || ahead === null || at < listedAt + ahead;
  }

  /** ms that the site's clock is ahead of ours, or a little less: an end is seen after it */
  #ahead(): number | null {
    const sorted = this.#offsets.toSorted((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
  }
}
