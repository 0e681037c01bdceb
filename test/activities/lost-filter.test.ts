/** A site that filtered tasks by operation id once, and does so no longer: after an upgrade, or behind a proxy that strips the query. */
import { describe, expect, it } from '@jest/globals';
import { isUnder } from '../../activities/under-operation-id.js';
import type { Task } from '../../vcda/index.js';
import { until } from '../support/until.js';
import { type Bench, submit, withBench } from './support/bench.js';
import { startOf } from './support/start-of.js';

const QUICK = { site: { reconcile: { settle: 200 } } };

const kinds = (bench: Bench) => bench.simulator.control.ledger().map(({ kind }) => kind);

/** By a start whose answer is lost, and which is found by its id. */
async function learnThatItFilters(bench: Bench): Promise<void> {
  bench.simulator.control.addFaults({ operation: 'start', kind: 'reset-after', times: 1 });
  await expect(submit(bench, startOf(bench, 0))).rejects.toThrow();
  expect(await submit(bench, startOf(bench, 0), 2)).toMatchObject({ adopted: true });
  expect(bench.at(bench.destination).filtersByOperationId()).toBe(true);
  bench.simulator.control.setAssumptions({ operationIdFilter: 'ignored' });
}

describe('tasks of others are taken for none of ours', () => {
  it('by a start', () =>
    withBench(QUICK, async (bench) => {
      await learnThatItFilters(bench);
      expect(await submit(bench, startOf(bench, 1))).toMatchObject({ adopted: false });
      expect(kinds(bench)).toEqual(['start', 'start']);
      expect(bench.at(bench.destination).filtersByOperationId()).toBe(false);
    }));

  it.each(['migrate', 'delete'] as const)('by a %s', (kind) =>
    withBench(QUICK, async (bench) => {
      const { id } = await bench.protect(1);
      await learnThatItFilters(bench);
      const vm = bench.vms[1];
      if (vm === undefined) throw new RangeError('no such VM');
      const request = bench.request({ kind, replicationId: id, vm, operationId: `drover/bench/${vm.id}/${kind}/1` });
      expect(await submit(bench, request)).toMatchObject({ adopted: false });
      await until(
        async () => kinds(bench),
        (all) => all.includes(kind),
      );
    }),
  );
});

describe('what is found under an operation id', () => {
  const VM = '00000000-0000-4000-8000-000000000001';
  const OTHER = '00000000-0000-4000-8000-000000000002';
  const ID = `drover/run/${VM}/migrate/1`;
  const requestedAt = Date.parse('2026-12-05T22:00:00Z');
  const clock = { least: 0, most: 0 };
  const request = {
    kind: 'migrate',
    vm: { id: VM, name: 'web1' },
    replicationId: `C4-${VM}`,
    operationId: ID,
    requestedAt,
    clock,
  } as const;
  const taskOf = (workflowInfo: Task['workflowInfo'], rest: Partial<Task> = {}): Task => ({
    id: 't1',
    state: 'RUNNING',
    startTime: requestedAt + 1,
    workflowInfo: { type: 'migrate', ...workflowInfo },
    ...rest,
  });

  it.each([
    ['that names nothing', taskOf({}), true],
    ['of its replication', taskOf({ resourceId: `C4-${VM}` }), true],
    ['under its id, whatever it names', taskOf({ type: 'delete', resourceId: OTHER }, { operationID: ID }), true],
    ['of another replication', taskOf({ resourceId: `C4-${OTHER}` }), false],
    ['of another kind', taskOf({ type: 'delete', resourceId: `C4-${VM}` }), false],
    ['under another id', taskOf({ resourceId: `C4-${VM}` }, { operationID: `${ID}0` }), false],
    ['begun before it was asked for', taskOf({}, { startTime: requestedAt - 120_000 }), false],
  ])('is believed as its kind, ids and time allow: a task %s', (_, task, expected) => {
    expect(isUnder(task, request)).toBe(expected);
  });
});
