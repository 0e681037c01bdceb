import { setTimeout as delay } from 'node:timers/promises';
import type { Drover } from '../../client/drover.js';
import { inWords } from '../../contract/words.js';

/** ms for a worker to listen */
const WORKER_READY = 60_000;

/** Waits for a worker that was just started, and for its word on each of its sites: one is seen to listen for runs first. @throws Error when none listens within a minute; the reason of `signal` */
export async function listening(drover: Drover, sites: string[], signal: AbortSignal): Promise<void> {
  const until = Date.now() + WORKER_READY;
  async function isReady(): Promise<boolean> {
    return (await drover.workerListens()) && (await drover.knownToWorkers(sites)).length === sites.length;
  }
  while (!(await isReady())) {
    if (Date.now() > until) {
      throw new Error(`the worker does not listen after ${inWords(WORKER_READY)}`);
    }
    await delay(200, undefined, { signal });
  }
}
