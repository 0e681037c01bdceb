import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Client, Connection } from '@temporalio/client';
import { storeKeeperId } from '../../contract/names.js';
import { OtherStore, Store } from '../../store/index.js';
import { connectClient } from '../../temporal/connection.js';
import { oneStore } from '../../worker/one-store.js';
import { settleEarlierWork } from '../../worker/open-contracts.js';

let client: Client;
let connection: Connection;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  ({ client, connection } = await connectClient({ TEMPORAL_ADDRESS: process.env.DROVER_TEST_TEMPORAL ?? '' }));
});
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));
afterAll(() => connection.close());

/** A queue that nobody polls, and the store of a worker that is about to. */
function queue() {
  const taskQueue = `store-${crypto.randomUUID()}`;
  closers.push(() => client.workflow.getHandle(storeKeeperId(taskQueue)).terminate('test over'));
  function store() {
    const admit = oneStore(client, taskQueue, () => {});
    const opened = new Store({ kind: 'sqlite', file: ':memory:' }, { admit });
    closers.push(() => opened.close());
    return opened;
  }
  return { taskQueue, store };
}

test('of workers with stores of their own that start at once, one is refused, and told both', async () => {
  const { taskQueue, store } = queue();
  const ends = await Promise.allSettled([store(), store()].map((one) => one.open()));
  const [refused, ...more] = ends.filter((end) => end.status === 'rejected');
  expect(more).toEqual([]);
  expect(refused?.reason).toBeInstanceOf(OtherStore);
  const message = String(refused?.reason);
  expect(message).toContain(`The workers of task queue ${taskQueue} keep what they know in SQLite :memory:`);
  const [admitted] = ends.filter((end) => end.status === 'fulfilled');
  expect(message).toContain(`(store ${admitted?.value})`);
});

test('a worker with the same store is admitted, and what holds the id is no work of an earlier Drover', async () => {
  const { taskQueue } = queue();
  const same = { id: 'one', where: 'PostgreSQL db' };
  const admit = oneStore(client, taskQueue, () => {});
  await admit(same);
  await admit(same);
  await expect(admit({ id: 'two', where: 'PostgreSQL other' })).rejects.toThrow(OtherStore);
  expect(await settleEarlierWork(client, taskQueue)).toMatchObject({ sites: [] });
});
