/**
 * Brings back a Temporal server that lives and answers nobody: the dev server's one connection to SQLite can be lost under
 * load, and then every call to it waits for ever. That is no finding about Drover, but it would look like one.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { inWords } from '../contract/words.js';
import type { Journal } from './journal.js';
import type { TemporalUnderTest } from './temporal-under-test.js';

const LOOK_EVERY = 5_000;
const ANSWER_WITHIN = 5_000;
/** ms of silence; far longer than a strike and its recovery */
const WEDGED_AFTER = 90_000;

interface Watched {
  client: Client;
  temporal: TemporalUnderTest;
  journal: Journal;
  signal: AbortSignal;
}

/** Ends with its signal. */
export async function unwedge({ client, temporal, journal, signal }: Watched): Promise<void> {
  let answeredAt = Date.now();
  while (!signal.aborted) {
    if (await answers(client)) answeredAt = Date.now();
    if (Date.now() - answeredAt > WEDGED_AFTER) {
      journal.add(
        'server-wedged',
        `Temporal server has not answered for ${inWords(WEDGED_AFTER)} though nobody killed it`,
      );
      await temporal.crash(0, signal).catch(() => {});
      answeredAt = Date.now();
    }
    await delay(LOOK_EVERY, undefined, { signal }).catch(() => {});
  }
}

async function answers({ connection, workflowService, options }: Client): Promise<boolean> {
  const { namespace } = options;
  try {
    await connection.withDeadline(Date.now() + ANSWER_WITHIN, () => workflowService.describeNamespace({ namespace }));
    return true;
  } catch {
    return false;
  }
}
