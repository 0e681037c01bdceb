/** An end to waiting. */
import { formatDuration } from '../plan/source/durations.js';
import { WaitedTooLong } from './errors.js';

export class TimeLimit {
  readonly #late = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  /** why nothing is known at the moment, which is told instead once the time is over; null: it is */
  trouble: Error | null = null;

  /** @param ms null: none */
  constructor(run: string, what: string, ms: number | null) {
    if (ms === null) return;
    const end = (): void => this.#late.abort(this.trouble ?? new WaitedTooLong(run, what, formatDuration(ms)));
    this.#timer = setTimeout(end, ms);
  }

  /** Aborted when the time is over, or with the one that is given. */
  with(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#late.signal : AbortSignal.any([signal, this.#late.signal]);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
