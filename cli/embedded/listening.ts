import { setTimeout as delay } from 'node:timers/promises';
import type { Drover } from '../../client/drover.js';
import { inWords } from '../../contract/words.js';

/** ms for a worker to listen */
const WORKER_READY = 60_000;

/** Waits for a worker that was just started. @throws Error when none listens within a minute; the reason of `signal` */
export async function listening(drover: Drover, signal: AbortSignal): Promise<void> {
  const until = Date.now() + WORKER_READY;
  while (!(await drover.workerListens())) {
    if (Date.now() > until) {
      throw new Error(`the worker does not listen after ${inWords(WORKER_READY)}`);
    }
    await delay(200, undefined, { signal });
  }
}
