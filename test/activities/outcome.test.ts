/** What tasks and replications say of a reverse, and of operations whose task tells nothing. */
import { describe, expect, it } from '@jest/globals';
import { effectOf } from '../../activities/effect.js';
import { judge, needsReplication } from '../../activities/outcome.js';
import { summaryOf } from '../../activities/replication-summary.js';
import type { Seen } from '../../activities/seen.js';
import { isAmiss } from '../../activities/sync-outcome.js';
import type { OperationKind } from '../../contract/operation.js';
import type { Watch } from '../../contract/watch.js';
import { errorRules, type VmReplication } from '../../vcda/index.js';

const SETTLE = 60_000;
const NOW = Date.parse('2026-12-05T22:00:00Z');
const latestInstance = { key: 'replica-1', timestamp: NOW };

const watchOf = (kind: OperationKind, change: Partial<Watch> = {}): Watch => ({
  operationId: `drover/run/vm/${kind}/1`,
  workflowId: 'vm/paris/vm',
  run: 'run',
  vm: { id: 'vm', name: 'web1' },
  kind,
  taskId: 't1',
  replicationId: 'C4-1',
  peer: 'paris',
  until: 'task',
  phase: 'task',
  slot: null,
  since: NOW,
  recoveredVmId: 'recovered',
  ...change,
});

const UNSEEN = { task: undefined, wasListed: false, amissFor: 0 };

const judged = (watch: Watch, seen: Partial<Seen>) =>
  judge(watch, { ...UNSEEN, replication: undefined, ...seen }, SETTLE, NOW, errorRules());

const replication = (recoveryState: string, change: Partial<VmReplication> = {}): VmReplication => ({
  id: 'C4-1',
  destinationState: { recoveryInfo: { recoveryState } },
  ...change,
});

describe('the effect of a reverse', () => {
  it.each([
    ['not begun yet', replication('COMPLETE', { vmId: 'vm' }), 'none'],
    ['under way', replication('IN_PROGRESS', { vmId: 'vm' }), 'under way'],
    ['over', replication('NOT_STARTED', { vmId: 'recovered' }), 'done'],
    ['over, at a site that does not tell the VM', replication('NOT_STARTED'), 'done'],
    ['over, and recovered anew since', replication('COMPLETE', { vmId: 'recovered' }), 'done'],
    ['not begun, of a recovery that was undone', replication('NOT_STARTED', { vmId: 'vm' }), 'none'],
    ['not to be seen', null, 'none'],
  ] as const)('%s', (_, seen, effect) => {
    expect(effectOf(watchOf('reverse'), seen)).toBe(effect);
  });
});

describe('the resync after a reverse', () => {
  const watch = watchOf('reverse', { phase: 'sync' });
  const state = (dataConnectionState: string | null, holds = true): VmReplication => ({
    id: 'C4-1',
    dataConnectionState,
    destinationState: holds ? { latestInstance } : {},
  });

  it.each(['OK', 'PRUNING', 'SYNCING', null])('is over in state %s once an instance exists, and not before', (name) => {
    expect(judged(watch, { replication: state(name, false) })).toBeNull();
    expect(judged(watch, { replication: state(name) })).toMatchObject({ ok: true, phase: 'sync' });
  });

  it.each(['INITIAL_SYNCING', 'PAUSED', 'UNKNOWN'])('goes on in state %s', (name) => {
    expect(judged(watch, { replication: state(name) })).toBeNull();
  });

  it('ends as it does after a start when the source is off or an error lasts', () => {
    expect(judged(watch, { replication: state('POWERED_OFF') })).toMatchObject({ error: { code: 'SourcePoweredOff' } });
    expect(judged(watch, { replication: state('ERROR'), amissFor: 60_000 })).toBeNull();
    expect(judged(watch, { replication: state('ERROR'), amissFor: 600_000 })).toMatchObject({ ok: false });
  });

  it('does not wait for ever when the VM was recovered before it was over', () => {
    const finished = state('FINISHED');
    expect(isAmiss(watch, finished)).toBe(true);
    expect(judged(watch, { replication: finished, amissFor: SETTLE - 1 })).toBeNull();
    expect(judged(watch, { replication: finished, amissFor: SETTLE })).toMatchObject({
      ok: false,
      error: { code: 'InvalidReplicationState', message: expect.stringContaining('recovered before') },
    });
  });
});

describe('the first copy', () => {
  const watch = watchOf('start', { phase: 'sync' });
  const copy = (dataConnectionState: string | null, destinationState: VmReplication['destinationState']) =>
    judged(watch, { replication: { id: 'C4-1', dataConnectionState, destinationState } });

  it.each(['RESTING', null])('in state %s, which says nothing, is complete once an instance exists', (state) => {
    expect(copy(state, {})).toBeNull();
    expect(copy(state, { latestInstance })).toMatchObject({ ok: true, phase: 'sync' });
  });

  it('in a state that is no success is not complete, whatever exists', () => {
    expect(copy('INITIAL_SYNCING', { latestInstance })).toBeNull();
    expect(copy('PAUSED', { latestInstance })).toBeNull();
  });
});

describe('a task in an end state that Drover does not know', () => {
  const task = { id: 't1', state: 'ENDED_SOMEHOW', endTime: NOW };

  it('is judged by the replication, so that is asked for', () => {
    expect(needsReplication(watchOf('failover'), { ...UNSEEN, task }, SETTLE)).toBe(true);
    expect(judged(watchOf('failover'), { task, replication: replication('COMPLETE') })).toMatchObject({ ok: true });
    expect(judged(watchOf('failover'), { task, replication: replication('NOT_STARTED') })).toMatchObject({
      ok: false,
      error: { code: 'TaskEndedAsENDED_SOMEHOW' },
    });
  });

  it('one that failed needs nothing more', () => {
    expect(needsReplication(watchOf('failover'), { ...UNSEEN, task: { ...task, state: 'FAILED' } }, SETTLE)).toBe(
      false,
    );
  });
});

describe('a task that the site has forgotten, without an effect,', () => {
  it.each([
    ['failover-test', 'NOT_STARTED', 'retry'],
    ['cleanup', 'TEST', 'retry'],
    ['failover', 'NOT_STARTED', 'fail'],
    ['reverse', 'COMPLETE', 'fail'],
  ] as const)('of a %s in state %s means: %s', (kind, recoveryState, meaning) => {
    const seen = { replication: replication(recoveryState), amissFor: SETTLE };
    expect(judged(watchOf(kind), { ...seen, amissFor: SETTLE - 1 })).toBeNull();
    expect(judged(watchOf(kind), seen)).toMatchObject({ ok: false, error: { code: 'TaskLost', meaning } });
  });
});

describe('a task that the site does not list', () => {
  const missing = { amissFor: 5_000 };

  it.each([
    ['migrate', 'COMPLETE'],
    ['failover', 'COMPLETE'],
    ['failover-test', 'TEST'],
    ['cleanup', 'NOT_STARTED'],
  ] as const)('of a %s is over as soon as the replication is in state %s', (kind, recoveryState) => {
    expect(needsReplication(watchOf(kind), { ...UNSEEN, ...missing }, SETTLE)).toBe(true);
    expect(judged(watchOf(kind), { ...missing, replication: replication(recoveryState) })).toMatchObject({ ok: true });
    expect(judged(watchOf(kind), { ...missing, replication: replication('IN_PROGRESS') })).toBeNull();
  });

  const effects: [OperationKind, VmReplication | null][] = [
    ['start', replication('NOT_STARTED')],
    ['delete', null],
    ['reverse', replication('NOT_STARTED', { vmId: 'recovered' })],
  ];
  it.each(effects)('of a %s is waited for, since it may be late, unless it was listed before', (kind, seen) => {
    const watch = watchOf(kind);
    expect(needsReplication(watch, { ...UNSEEN, ...missing }, SETTLE)).toBe(false);
    expect(judged(watch, { ...missing, replication: seen })).toBeNull();
    expect(needsReplication(watch, { ...UNSEEN, ...missing, wasListed: true }, SETTLE)).toBe(true);
    expect(judged(watch, { ...missing, wasListed: true, replication: seen })).toMatchObject({ ok: true });
  });

  it('of a sync is waited for, since no state tells one sync from another', () => {
    const watch = watchOf('sync');
    expect(judged(watch, { ...missing, wasListed: true, replication: replication('NOT_STARTED') })).toBeNull();
    expect(judged(watch, { amissFor: SETTLE, replication: replication('NOT_STARTED') })).toMatchObject({ ok: true });
  });
});

describe('a state that the documents do not have', () => {
  it.each([
    [{ dataConnectionState: 'RESHAPING' }, 'RESHAPING'],
    [{ destinationState: { recoveryInfo: { recoveryState: 'HALF' } } }, 'HALF'],
    [{ dataConnectionState: 'SYNCING', destinationState: { recoveryInfo: { recoveryState: 'TEST' } } }, null],
    [{}, null],
  ])('of %j is told: %s', (shown, expected) => {
    expect(summaryOf({ id: 'C4-1', ...shown } as VmReplication).unknownState).toBe(expected);
  });
});

describe('a deletion whose task ended well', () => {
  const task = { id: 't1', state: 'SUCCEEDED', endTime: NOW };
  const watch = watchOf('delete');

  it('is looked for in the list, and over once that is without it', () => {
    expect(needsReplication(watch, { ...UNSEEN, task }, SETTLE)).toBe(true);
    expect(judged(watch, { task, replication: null })).toMatchObject({ ok: true });
  });

  it('is waited for while the list shows the replication, and then done again', () => {
    const there = { task, replication: replication('NOT_STARTED') };
    expect(judged(watch, { ...there, amissFor: SETTLE - 1 })).toBeNull();
    expect(judged(watch, { ...there, amissFor: SETTLE })).toMatchObject({
      ok: false,
      error: { code: 'ReplicationStillListed', meaning: 'retry' },
    });
  });
});
