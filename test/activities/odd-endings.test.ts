/** What tasks with an end and no outcome, with warnings, and replications that are missing for a while mean. */
import { describe, expect, it } from '@jest/globals';
import { judge, needsReplication } from '../../activities/outcome.js';
import type { Seen } from '../../activities/seen.js';
import type { OperationKind } from '../../contract/operation.js';
import type { Watch } from '../../contract/watch.js';
import { errorRules, type Task, type VmReplication } from '../../vcda/index.js';
import { withLab } from '../support/lab.js';

const SETTLE = 60_000;
const NOW = Date.parse('2026-12-05T22:00:00Z');

const watchOf = (kind: OperationKind, phase: Watch['phase'] = 'task'): Watch => ({
  operationId: `drover/run/vm/${kind}/1`,
  workflowId: 'vm/paris/vm',
  run: 'run',
  vm: { id: 'vm', name: 'web1' },
  kind,
  taskId: 't1',
  replicationId: 'C4-1',
  peer: 'paris',
  until: 'task',
  phase,
  slot: null,
  since: NOW,
});

const replication = (recoveryState: string): VmReplication => ({
  id: 'C4-1',
  destinationState: { recoveryInfo: { recoveryState } },
});

const judged = (watch: Watch, seen: Partial<Seen>) =>
  judge(
    watch,
    { task: undefined, wasListed: true, amissFor: 0, replication: undefined, ...seen },
    SETTLE,
    NOW,
    errorRules(),
  );

describe('a task with an end time whose state says that it runs', () => {
  const task: Task = { id: 't1', state: 'RUNNING', endTime: NOW };
  const error = { code: 'PolicyViolation', msg: 'the quota', stacktrace: undefined };

  it('is given as long as a task may be late, and then its replication is asked', () => {
    const past = { task, wasListed: true };
    expect(needsReplication(watchOf('migrate'), { ...past, amissFor: SETTLE - 1 }, SETTLE)).toBe(false);
    expect(needsReplication(watchOf('migrate'), { ...past, amissFor: SETTLE }, SETTLE)).toBe(true);
    const seen = { task, replication: replication('COMPLETE') };
    expect(judged(watchOf('migrate'), { ...seen, amissFor: SETTLE - 1 })).toBeNull();
    expect(judged(watchOf('migrate'), { ...seen, amissFor: SETTLE })).toMatchObject({ ok: true, at: NOW });
  });

  it('has no end of its own: the replication has decided, and was seen later', () => {
    const seen = { task: { ...task, endTime: NOW - 26_000 }, replication: replication('COMPLETE'), amissFor: SETTLE };
    const told = judged(watchOf('migrate'), seen);
    expect(told).toMatchObject({ ok: true, at: NOW });
    expect(told?.endedAt ?? null).toBeNull();
  });

  it('goes on while the replication shows that it does', () => {
    expect(judged(watchOf('migrate'), { task, replication: replication('IN_PROGRESS'), amissFor: SETTLE })).toBeNull();
  });

  it.each([
    ['migrate', 'NOT_STARTED', error, 'PolicyViolation', 'fail'],
    ['migrate', 'NOT_STARTED', undefined, 'TaskEndedAsRUNNING', 'fail'],
    ['failover-test', 'NOT_STARTED', undefined, 'TaskEndedAsRUNNING', 'retry'],
  ] as const)(
    'of a %s without effect (%s) fails with its error, or without: %j',
    (kind, state, told, code, meaning) => {
      const seen = { task: { ...task, error: told }, replication: replication(state), amissFor: SETTLE };
      expect(judged(watchOf(kind), seen)).toMatchObject({ ok: false, error: { code, meaning } });
    },
  );

  it('of a sync is over, unless it has an error', () => {
    const seen = { task, replication: replication('NOT_STARTED'), amissFor: SETTLE };
    expect(judged(watchOf('sync'), seen)).toMatchObject({ ok: true });
    expect(judged(watchOf('sync'), { ...seen, task: { ...task, error } })).toMatchObject({ ok: false });
  });

  it.concurrent.each(['bare', 'with-outcome'] as const)(
    '%s: does not keep a migration waiting for ever',
    (staysRunning) =>
      withLab({ vms: 1, site: { reconcile: { settle: 500 } } }, async (lab) => {
        lab.simulator.control.addFaults(
          ...['start', 'migrate', 'delete'].map(
            (operation) => ({ operation, kind: 'odd-task', task: { staysRunning } }) as const,
          ),
        );
        const report = await (await lab.start(lab.plan())).result();
        expect(report.vms[0]?.error).toBeNull();
        expect(report.state).toBe('succeeded');
        expect(lab.wrongWith(report)).toEqual([]);
      }),
  );
});

describe('a task that failed', () => {
  const advice = (error: Task['error']) =>
    judged(watchOf('migrate'), { task: { id: 't1', state: 'FAILED', endTime: NOW, error } })?.error?.advice;

  it('sends nobody to a message that the site has not given', () => {
    for (const silent of [null, undefined, { code: 'SiteSpecific', msg: '', stacktrace: undefined }])
      expect(advice(silent)).toMatch(/^Look at the VM and its replication/);
    expect(advice({ code: 'SiteSpecific', msg: 'the quota', stacktrace: undefined })).toMatch(/site's message/);
  });
});

describe('a replication that is not to be found', () => {
  it.each([
    ['migrate', 'TaskLost'],
    ['failover', 'TaskLost'],
  ] as const)('leaves a %s open until its absence is believed', (kind, code) => {
    const seen = { replication: null, amissFor: 5 * SETTLE };
    expect(judged(watchOf(kind), { ...seen, isGone: false })).toBeNull();
    expect(judged(watchOf(kind), { ...seen, isGone: true })).toMatchObject({ ok: false, error: { code } });
  });

  it('ends a deletion that was asked for at once', () => {
    const seen = { replication: null, amissFor: 1, isGone: false };
    expect(judged(watchOf('delete'), seen)).toMatchObject({ ok: true });
    const task: Task = { id: 't1', state: 'RUNNING', endTime: NOW };
    expect(judged(watchOf('delete'), { ...seen, task, amissFor: SETTLE })).toMatchObject({ ok: true });
  });

  it('does not fail its first copy until its absence is believed', () => {
    const seen = { replication: null, amissFor: 5 * SETTLE };
    expect(judged(watchOf('start', 'sync'), { ...seen, isGone: false })).toBeNull();
    const lost = { ok: false, error: { code: 'ReplicationNotFound' } };
    expect(judged(watchOf('start', 'sync'), { ...seen, isGone: true })).toMatchObject(lost);
  });
});

describe('the warnings of a task', () => {
  const warnings = [
    {
      error: { code: 'PowerOnFailed', msg: 'The VM could not be powered on.' },
      cause: { code: 'NoHost', msg: 'none fits' },
    },
    'what nobody documents',
    null,
  ];

  it('reach the VM with the end of the task, readable whatever they are', () => {
    const task: Task = { id: 't1', state: 'SUCCEEDED', endTime: NOW, warnings };
    expect(judged(watchOf('migrate'), { task, replication: replication('COMPLETE') })?.warnings).toEqual([
      { code: 'PowerOnFailed', message: 'The VM could not be powered on. Cause: NoHost: none fits' },
      { code: 'UnreadableWarning', message: 'what nobody documents' },
      { code: 'UnreadableWarning', message: 'null' },
    ]);
  });

  it('are kept in the report of the run', () =>
    withLab({ vms: 1 }, async (lab) => {
      lab.simulator.control.addFaults({ operation: 'migrate', kind: 'odd-task', task: { warnings } });
      const report = await (await lab.start(lab.plan())).result();
      expect(report.state).toBe('succeeded');
      const migrate = report.vms[0]?.operations.find(({ kind }) => kind === 'migrate');
      expect(migrate?.warnings?.[0]).toMatchObject({ code: 'PowerOnFailed' });
    }));
});
