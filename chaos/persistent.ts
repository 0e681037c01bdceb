/** A call to Temporal or to the run, made again until it is answered: server and workers are killed on purpose. */
import { setTimeout as delay } from 'node:timers/promises';
import { BadInput, RunEnded } from '../client/index.js';

const AGAIN_AFTER = 500;

/** @throws what no restart fixes: BadInput, RunEnded; the signal's reason when it is aborted */
export async function persistently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (error instanceof BadInput || error instanceof RunEnded) throw error;
      await delay(AGAIN_AFTER, undefined, { signal });
    }
  }
}
