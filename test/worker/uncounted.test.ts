/** The rate of a site where Temporal does not let its workers be counted. */

import { describe, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import type { Among, Site } from '../../vcda/index.js';
import { SharedRate } from '../../worker/shared-rate.js';

const QUEUE = 'drover/site/lyon/default';
const refusal = (code: number) => Object.assign(new Error('no'), { code, details: 'no', metadata: {} });
const listing = (identity: string) => ({ pollers: [{ identity, lastAccessTime: { seconds: Date.now() / 1_000 } }] });

interface Service {
  listTaskQueuePartitions(): Promise<unknown>;
  describeTaskQueue(asked: { taskQueue: { name: string } }): Promise<unknown>;
}

/** Of a worker whose Temporal answers so. */
async function sharedBy(workflowService: Service, identity = 'me') {
  const warnings: string[] = [];
  let among: Among | undefined;
  const client = {
    workflowService,
    options: { namespace: 'default' },
    withDeadline: (_: number, ask: () => Promise<unknown>) => ask(),
  } as unknown as Client;
  const site = {
    name: 'lyon',
    divideRate: (by: Among) => {
      among = by;
    },
  } as unknown as Site;
  const warn = (message: string) => void warnings.push(message);
  const rate = new SharedRate({ client, site, queue: QUEUE, identity, isGone: () => false, warn });
  try {
    const first = await among?.();
    return { count: first?.count, place: first?.place, again: (await among?.())?.count, warnings };
  } finally {
    rate.close();
  }
}

describe('a worker whose queue Temporal does not show', () => {
  it.each([3, 7, 12])('takes itself for one of four, and says so once (gRPC status %i)', async (code) => {
    const refuse = () => Promise.reject(refusal(code));
    const shared = await sharedBy({ listTaskQueuePartitions: refuse, describeTaskQueue: refuse });
    expect(shared).toMatchObject({
      count: 4,
      again: 4,
      warnings: [expect.stringMatching(/does not list the workers/)],
    });
  });

  it('counts at the first part of the queue where the others may not be asked', async () => {
    const shared = await sharedBy({
      listTaskQueuePartitions: async () => ({
        activityTaskQueuePartitions: [{ key: QUEUE }, { key: `/_sys/${QUEUE}/1` }],
      }),
      describeTaskQueue: async ({ taskQueue }) => {
        if (taskQueue.name !== QUEUE) throw refusal(3);
        return listing('me');
      },
    });
    expect(shared).toEqual({ count: 1, place: 0, again: 1, warnings: [] });
  });

  it('takes one of four turns by chance: the first would be that of all who do so', async () => {
    const refuse = () => Promise.reject(refusal(7));
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        sharedBy({ listTaskQueuePartitions: refuse, describeTaskQueue: refuse }, `${n}@worker/${n}`),
      ),
    );
    expect(new Set(all.map(({ place }) => place))).toEqual(new Set([0, 1, 2, 3]));
  });
});
