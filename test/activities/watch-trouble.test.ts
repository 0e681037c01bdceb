/** What a VM is told while its copy is waited for: pure. */
import { describe, expect, it } from '@jest/globals';
import { needsReplication } from '../../activities/outcome.js';
import { shownOf, troubleOf } from '../../activities/watch-trouble.js';
import type { Watch } from '../../contract/watch.js';
import type { Site, Task, VmReplication } from '../../vcda/index.js';

const watch: Watch = {
  operationId: 'drover/r/vm-1/start/1',
  workflowId: 'vm/paris/vm-1',
  run: 'r',
  vm: { id: 'vm-1', name: 'web1' },
  kind: 'start',
  taskId: 't-1',
  replicationId: 'C4-1',
  peer: 'paris',
  until: 'synced',
  phase: 'sync',
  slot: null,
  since: 0,
};
const lyon = { name: 'lyon', config: { missingFor: 1, reconcile: { settle: 60_000 } } } as Pick<
  Site,
  'name' | 'config'
>;
const copying = { id: 'C4-1', isPaused: false, dataConnectionState: 'INITIAL_SYNCING' } as VmReplication;
const NOW = 1_000_000;

const told = (change: Partial<Watch>, replication: VmReplication, quietFor = 5_000) =>
  troubleOf({ ...watch, ...change }, { replication, amissFor: 0, goneFor: 0, quietFor }, lyon, NOW);

describe('a copy whose replication somebody has paused', () => {
  it.each<[Partial<Watch>]>([
    [{ kind: 'start', phase: 'sync' }],
    [{ kind: 'reverse', phase: 'sync' }],
    [{ kind: 'sync', phase: 'task' }],
  ])('is said to be paused, since when, and what to do: %j', (change) => {
    const paused = { ...copying, isPaused: true };
    expect(told(change, paused)).toMatchObject({
      code: 'ReplicationPaused',
      message: expect.stringContaining('web1 (vm-1)'),
      advice: 'Resume replication C4-1 at lyon; it goes on then.',
      since: NOW - 5_000,
      until: null,
    });
    expect(told(change, { ...copying, dataConnectionState: 'PAUSED' })?.code).toBe('ReplicationPaused');
    expect(told(change, copying)).toBeNull();
  });

  it('is paused from the look on that first shows it, also where only a flag does', () => {
    expect(shownOf(watch, undefined, { ...copying, isPaused: true })).not.toBe(shownOf(watch, undefined, copying));
  });

  it('is asked for when the task of a sync has shown nothing new for a while, which does not tell why', () => {
    const task = { id: 't-1', state: 'RUNNING', progress: 10 } as Task;
    const past = { task, wasListed: true, amissFor: 0 };
    const sync: Watch = { ...watch, kind: 'sync', phase: 'task' };
    expect(needsReplication(sync, { ...past, quietFor: 59_000 }, 60_000)).toBe(false);
    expect(needsReplication(sync, { ...past, quietFor: 60_000 }, 60_000)).toBe(true);
    expect(needsReplication({ ...sync, kind: 'migrate' }, { ...past, quietFor: 60_000 }, 60_000)).toBe(false);
  });
});

describe('a replication that is protected the other way', () => {
  it('and that somebody has recovered meanwhile is said to be that, and in no error that gets well by itself', () => {
    const recovered = { ...copying, dataConnectionState: 'FINISHED' } as VmReplication;
    const seen = { replication: recovered, amissFor: 5_000, goneFor: 0, quietFor: 5_000 };
    expect(troubleOf({ ...watch, kind: 'reverse' }, seen, lyon, NOW)).toMatchObject({
      code: 'AlreadyRecovered',
      message: expect.stringContaining('web1 (vm-1) at lyon shows as recovered'),
      since: NOW - 5_000,
      until: NOW + 55_000,
    });
    const inError = { ...seen, replication: { ...copying, dataConnectionState: 'ERROR' } as VmReplication };
    expect(troubleOf({ ...watch, kind: 'reverse' }, inError, lyon, NOW)?.code).toBe('ReplicationError');
  });
});
