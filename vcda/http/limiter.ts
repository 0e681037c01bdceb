/** How fast calls may leave for one site: at most so many in any second, changed while calls wait for their turn. */
import pThrottle from 'p-throttle';
import { raced } from './raced.js';

export interface Limiter {
  /** resolves when the next call may leave; rejects with the reason of an aborted `signal` */
  turn(signal?: AbortSignal): Promise<void>;
  setRate(perSecond: number): void;
}

const CHANGED = new Error('the rate was changed');

export function createLimiter(perSecond: number): Limiter {
  let rate = perSecond;
  let waiting = new AbortController();
  let throttled = throttle(rate, waiting.signal);
  return {
    async turn(signal) {
      for (;;) {
        try {
          return await raced(throttled(), signal);
        } catch (error) {
          if (error !== CHANGED) throw error;
        }
      }
    },
    setRate(next) {
      if (next === rate) return;
      rate = next;
      const former = waiting;
      waiting = new AbortController();
      throttled = throttle(rate, waiting.signal);
      // Whoever waits takes its turn under the new rate.
      former.abort(CHANGED);
    },
  };
}

/** A rate below one, or with a fraction, becomes a longer interval: half a call cannot be sent. */
function throttle(perSecond: number, signal: AbortSignal): () => Promise<void> {
  const limit = Math.max(1, Math.ceil(perSecond));
  return pThrottle({ limit, interval: (1000 * limit) / perSecond, strict: true, signal })(async () => {});
}
