/** Following a run by asking again and again, as gently as its answers are slow. */
import { setTimeout as delay } from 'node:timers/promises';
import { NoWorker, RunNotFound, WorkflowFailing } from './errors.js';
import type { LiveReport } from './live-report.js';

export interface FollowOptions {
  /** hears every overview that was read, changed or not; the last one is the final report */
  onChange?: (report: LiveReport) => void;
  /** hears why nothing can be read at the moment, and null once it can again */
  onTrouble?: (trouble: Error | null) => void;
  /** ends the watching, never the run; `follow` then throws the signal's reason */
  signal?: AbortSignal;
  /** ends the following before the run has ended, with what was read; default: never */
  isEnough?: (report: LiveReport) => boolean | Promise<boolean>;
  /** ms between two looks, at least; default 1000 */
  interval?: number;
  /** a look is never taken sooner than this many times what the last one took; default 5 */
  restFactor?: number;
}

/** What is followed: how to read it, and a promise that settles when it may be over, so that nobody waits out an interval. */
export interface Followed {
  read: () => Promise<LiveReport>;
  closed: () => Promise<unknown>;
}

const LEAST_INTERVAL = 1_000;
const REST_FACTOR = 5;
/** ms for which nothing can be read before watching is given up */
const PATIENCE = 60_000;

/** ms to rest after a look that took `took` ms. */
export function restAfter(took: number, interval = LEAST_INTERVAL, factor = REST_FACTOR): number {
  return Math.max(interval, took * factor);
}

/** Resolves with the final report, or the one that was enough. @throws what kept it from reading for a minute, such as TemporalUnreachable; RunNotFound at once */
export function follow(followed: Followed, options: FollowOptions): Promise<LiveReport> {
  return new Watcher(followed, options).watch();
}

class Watcher {
  readonly #followed: Followed;
  readonly #options: FollowOptions;
  /** the run may be over, and no rest was cut short for it yet */
  #isOver = false;
  #cut: (() => void) | null = null;
  /** epoch ms since which nothing can be read; null: it can */
  #awaySince: number | null = null;

  constructor(followed: Followed, options: FollowOptions) {
    this.#followed = followed;
    this.#options = options;
    // Heard once: a race for each rest would keep them all in memory until the end.
    const over = (): void => {
      this.#isOver = true;
      this.#cut?.();
    };
    void followed.closed().then(over, over);
  }

  async watch(): Promise<LiveReport> {
    const { signal, interval = LEAST_INTERVAL, restFactor } = this.#options;
    for (;;) {
      signal?.throwIfAborted();
      const began = Date.now();
      const report = await this.#look(began);
      if (report !== null && (report.finishedAt !== null || (await this.#options.isEnough?.(report)) === true)) {
        return report;
      }
      await this.#rest(report === null ? interval : restAfter(Date.now() - began, interval, restFactor));
    }
  }

  /** null: nothing can be read, which may pass */
  async #look(began: number): Promise<LiveReport | null> {
    const { signal, onChange, onTrouble } = this.#options;
    try {
      const report = await this.#followed.read();
      if (this.#awaySince !== null) {
        this.#awaySince = null;
        onTrouble?.(null);
      }
      onChange?.(report);
      return report;
    } catch (error) {
      signal?.throwIfAborted();
      this.#awaySince ??= began;
      if (!(error instanceof Error) || !passes(error, Date.now() - this.#awaySince)) {
        throw error;
      }
      onTrouble?.(error);
      return null;
    }
  }

  async #rest(ms: number): Promise<void> {
    const { signal } = this.#options;
    const cut = new AbortController();
    this.#cut = () => cut.abort();
    if (this.#isOver) cut.abort();
    const stops = signal === undefined ? cut.signal : AbortSignal.any([cut.signal, signal]);
    await delay(ms, null, { signal: stops }).catch(() => null);
    // Settled for good, or its connection broke: either way it must not cut the next rest short as well.
    if (cut.signal.aborted) this.#isOver = false;
  }
}

/** A missing worker may stay away for ever, and corrected code takes its time; anything else has a minute to pass. */
function passes(error: Error, away: number): boolean {
  if (error instanceof NoWorker || error instanceof WorkflowFailing) {
    return true;
  }
  return !(error instanceof RunNotFound) && away < PATIENCE;
}
