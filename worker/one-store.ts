/**
 * All workers of a task queue remember in one store. Its id stands in the memo of a workflow that is open for ever: to begin
 * it is what decides between workers that start at once.
 */
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { STORE_KEEPER } from '../contract/evidence.js';
import { storeKeeperId } from '../contract/names.js';
import { contractMemo } from '../contract/number.js';
import { OtherStore } from '../store/index.js';
import { isPolled, POLLED_WITHIN } from '../temporal/pollers.js';

interface Named {
  id: string;
  where: string;
}

/**
 * @param onReplaced told of the store that nobody uses any more, which this one takes the place of
 * @returns what a store is admitted by @throws OtherStore while workers use another
 */
export function oneStore(client: Client, taskQueue: string, onReplaced: (gone: Named) => void) {
  const handle = client.workflow.getHandle(storeKeeperId(taskQueue));
  async function isOurs(store: Named): Promise<boolean> {
    try {
      await client.workflow.start(STORE_KEEPER, {
        workflowId: handle.workflowId,
        taskQueue,
        memo: { ...contractMemo, store: store.id, where: store.where },
      });
      return true;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const { memo, startTime } = await handle.describe();
    if (memo?.store === store.id) return true;
    const known = { id: String(memo?.store), where: String(memo?.where) };
    const isYoung = Date.now() - startTime.getTime() < POLLED_WITHIN;
    if (isYoung || (await isPolled(client, taskQueue))) throw otherStore(taskQueue, store, known);
    await handle.terminate('no worker uses this store any more');
    onReplaced(known);
    return false;
  }
  return async (store: Named): Promise<void> => {
    for (;;) {
      try {
        if (await isOurs(store)) return;
      } catch (error) {
        // Another worker has just ended it.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    }
  };
}

const otherStore = (taskQueue: string, own: Named, known: Named): OtherStore =>
  new OtherStore(
    `The workers of task queue ${taskQueue} keep what they know in ${known.where} (store ${known.id}), and the config of this ` +
      `one names ${own.where} (store ${own.id}).`,
    'give all workers the same "store" in their config, a PostgreSQL when they run on several machines. If the other store ' +
      'is given up, stop all workers and start this one two minutes later.',
  );
