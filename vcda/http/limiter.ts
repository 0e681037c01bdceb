/** How fast calls may leave for one site: at most so many in any second, changed while calls wait for their turn. */
import pThrottle from 'p-throttle';
import { raced } from './raced.js';

const CHANGED = new Error('the rate was changed');

export class Limiter {
  #rate: number;
  #waiting = new AbortController();
  #throttled: () => Promise<void>;

  constructor(perSecond: number) {
    this.#rate = perSecond;
    this.#throttled = throttle(perSecond, this.#waiting.signal);
  }

  /** Resolves when the next call may leave; rejects with the reason of an aborted `signal`. */
  async turn(signal?: AbortSignal): Promise<void> {
    for (;;) {
      try {
        return await raced(this.#throttled(), signal);
      } catch (error) {
        if (error !== CHANGED) throw error;
      }
    }
  }

  setRate(perSecond: number): void {
    if (perSecond === this.#rate) return;
    this.#rate = perSecond;
    const former = this.#waiting;
    this.#waiting = new AbortController();
    this.#throttled = throttle(perSecond, this.#waiting.signal);
    // Whoever waits takes its turn under the new rate.
    former.abort(CHANGED);
  }
}

/** A rate below one, or with a fraction, becomes a longer interval: half a call cannot be sent. */
function throttle(perSecond: number, signal: AbortSignal): () => Promise<void> {
  const limit = Math.max(1, Math.ceil(perSecond));
  return pThrottle({ limit, interval: (1000 * limit) / perSecond, strict: true, signal })(async () => {});
}
