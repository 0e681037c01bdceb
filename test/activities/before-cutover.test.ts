import { expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createBeforeCutoverActivities } from '../../activities/before-cutover.js';
import type { ActivityDeps } from '../../activities/deps.js';
import type { BeforeCutover } from '../../contract/questions.js';
import type { ReplicationSummary } from '../../contract/replication.js';

it('a store that is slow to answer makes nobody believe that the look before a migrate is lost', async () => {
  const replication = { recoveryState: 'NOT_STARTED', sourceSite: 'paris', vmId: 'vm' } as ReplicationSummary;
  const moved = [{ vmId: 'vm', name: 'web1', run: 'other', from: 'paris', to: 'lyon' }];
  const env = new MockActivityEnvironment();
  const isBeating = new Promise<void>((resolve) => void env.once('heartbeat', () => resolve()));
  const { lookBeforeCutover } = createBeforeCutoverActivities({} as ActivityDeps, {
    readReplication: async () => replication,
    sourcePower: async () => ({ power: 'on', at: 0, known: 'so' }),
    // It answers once somebody has heard of the look.
    movedByStore: async () => isBeating.then(() => moved),
  });
  const vm = { id: 'vm', name: 'web1' };
  const input = {
    copy: { run: 'run', site: 'lyon', peer: 'paris', vm, replicationId: 'C4', resumedAt: 0, atOnce: true },
    source: { vmId: 'vm', within: 1_000 },
    history: { source: 'paris', vms: [vm] },
  };
  const seen = (await env.run(() => lookBeforeCutover(input))) as BeforeCutover;
  expect(seen.moved).toEqual(moved);
});
