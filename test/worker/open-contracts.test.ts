import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Client, Connection } from '@temporalio/client';
import { DRILL, MIGRATE_VM, PLAN_RUN, SITE, SWEEP } from '../../contract/inputs.js';
import { contractMemo } from '../../contract/number.js';
import { TIDY } from '../../contract/tidy.js';
import { connectClient } from '../../temporal/connection.js';
import { EarlierWorkOpen, LAST_COMMITS, settleEarlierWork } from '../../worker/open-contracts.js';
import { eventually } from '../support/eventually.js';

let client: Client;
let connection: Connection;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  ({ client, connection } = await connectClient({ TEMPORAL_ADDRESS: process.env.DROVER_TEST_TEMPORAL! }));
});
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));
afterAll(() => connection.close());

/** On a queue that no worker polls: what is open stays so. */
async function begin(taskQueue: string, workflowType: string, memo: Record<string, unknown>) {
  const workflowId = `${workflowType}/${taskQueue}`;
  const handle = await client.workflow.start(workflowType, { taskQueue, workflowId, args: [{}], memo });
  closers.push(() => handle.terminate('test over').catch(() => {}));
  return handle;
}

const listed = (taskQueue: string, count: number) =>
  eventually(async () => (await client.workflow.count(`TaskQueue = '${taskQueue}'`)).count === count);

const earlierDrovers = LAST_COMMITS.map((commit, contract) => ({ commit, memo: contract === 0 ? {} : { contract } }));

test.each(
  [PLAN_RUN, DRILL, SWEEP, MIGRATE_VM].flatMap((type) => earlierDrovers.map((drover) => ({ type, ...drover }))),
)(
  'a worker refuses to begin while a $type of the Drover of $commit is open, names it and who ends it, and touches nothing',
  async ({ type, commit, memo }) => {
    const taskQueue = `contract-${crypto.randomUUID()}`;
    const [earlier, site] = [await begin(taskQueue, type, { plan: 'old', ...memo }), await begin(taskQueue, SITE, {})];
    await listed(taskQueue, 2);
    const refusal = await settleEarlierWork(client, taskQueue).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(EarlierWorkOpen);
    expect((refusal as Error).message).toContain(`of commit ${commit}: ${earlier.workflowId}`);
    expect((await site.describe()).status.name).toBe('RUNNING');
  },
);

test('a removal of replications that an earlier Drover has left for later does not keep a worker from beginning', async () => {
  const taskQueue = `contract-${crypto.randomUUID()}`;
  const later = { taskQueue, args: [{}], workflowId: `tidy/${taskQueue}`, startDelay: '7 days' } as const;
  const handle = await client.workflow.start(TIDY, later);
  closers.push(() => handle.terminate('test over'));
  await listed(taskQueue, 1);
  await settleEarlierWork(client, taskQueue);
  expect((await handle.describe()).status.name).toBe('RUNNING');
});

test('once none is open, the workflows of sites of an earlier Drover are ended, and no other', async () => {
  const taskQueue = `contract-${crypto.randomUUID()}`;
  const old = await begin(taskQueue, SITE, {});
  const run = await begin(taskQueue, PLAN_RUN, { ...contractMemo });
  await listed(taskQueue, 2);
  expect(await settleEarlierWork(client, taskQueue)).toMatchObject({ sites: [old.workflowId] });
  expect((await old.describe()).status.name).toBe('TERMINATED');
  expect((await run.describe()).status.name).toBe('RUNNING');
});

const startsDrills = (taskQueue: string) =>
  ({ type: 'startWorkflow', workflowType: DRILL, taskQueue, args: [{}] }) as const;

/** For somebody who removes a schedule right after it was listed. */
function removing(scheduleId: string): Client {
  async function* list() {
    for await (const one of client.schedule.list()) {
      if (one.scheduleId === scheduleId) await client.schedule.getHandle(scheduleId).delete();
      yield one;
    }
  }
  const schedule = Object.create(client.schedule, { list: { value: list } });
  return Object.create(client, { schedule: { value: schedule } });
}

test('a schedule that is removed while a worker begins does not keep it from that', async () => {
  const taskQueue = `contract-${crypto.randomUUID()}`;
  const scheduleId = `drill/gone-${taskQueue}`;
  await client.schedule.create({ scheduleId, spec: {}, action: startsDrills(taskQueue) });
  await eventually(async () => (await settleEarlierWork(client, taskQueue)).schedules.length === 1);
  expect((await settleEarlierWork(removing(scheduleId), taskQueue)).schedules).toEqual([]);
});

test('a schedule that starts drills as an earlier Drover did is named', async () => {
  const taskQueue = `contract-${crypto.randomUUID()}`;
  const action = startsDrills(taskQueue);
  for (const [scheduleId, memo] of Object.entries({
    [`drill/old-${taskQueue}`]: {},
    [`drill/new-${taskQueue}`]: contractMemo,
  })) {
    const handle = await client.schedule.create({ scheduleId, spec: {}, action: { ...action, memo: { ...memo } } });
    closers.push(() => handle.delete());
  }
  await eventually(async () => {
    const { schedules } = await settleEarlierWork(client, taskQueue);
    return schedules.length > 0 && schedules;
  }).then((schedules) => expect(schedules).toEqual([`drill/old-${taskQueue}`]));
});
