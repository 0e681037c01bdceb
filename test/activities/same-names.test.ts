/** Which task is whose at a site where names repeat, clocks differ and operation ids tell nothing: ids decide. */
import { describe, expect, it } from '@jest/globals';
import { relation } from '../../activities/relation.js';
import { earliestStart, mayHaveBegunAfter } from '../../activities/task-match.js';
import type { OperationRequest } from '../../contract/operation.js';
import type { Task } from '../../vcda/index.js';
import { until } from '../support/until.js';
import { type Bench, submit, withBench } from './support/bench.js';
import { startOf } from './support/start-of.js';

const OWN = '00000000-0000-4000-8000-000000000001';
const OTHER = '00000000-0000-4000-8000-000000000002';
const ID = `drover/run/${OWN}/start/1`;

const asked = (change: Partial<OperationRequest> = {}) =>
  ({ kind: 'start', vm: { id: OWN, name: 'web1' }, replicationId: null, operationId: ID, ...change }) as const;

const taskOf = (workflowInfo: Task['workflowInfo'], rest: Partial<Task> = {}): Task => ({
  id: 't1',
  state: 'RUNNING',
  workflowInfo: { type: 'start', ...workflowInfo },
  ...rest,
});

describe('what a task has to do with a start', () => {
  it.each([
    ['its VM', taskOf({ resourceId: OWN, resourceName: 'web1' }), 'same'],
    ['its VM, called otherwise', taskOf({ resourceId: OWN, resourceName: 'old' }), 'same'],
    ['another VM of the name', taskOf({ resourceId: OTHER, resourceName: 'web1' }), 'other'],
    ['another VM in its result', taskOf({ resourceName: 'web1' }, { result: { vmId: OTHER } }), 'other'],
    ['a replication that nobody knows yet', taskOf({ resourceId: `C4-${OTHER}`, resourceName: 'web1' }), 'unknown'],
    ['the name alone', taskOf({ resourceName: 'web1' }), 'unknown'],
    ['another name alone', taskOf({ resourceName: 'web2' }), 'other'],
    ['nothing', taskOf({}), 'unknown'],
    ['its operation id, and another VM', taskOf({ resourceId: OTHER }, { operationID: ID }), 'same'],
    ['another operation of Drover', taskOf({ resourceId: OWN }, { operationID: `${ID}0` }), 'other'],
    ['an operation id that is no header', taskOf({ resourceId: OWN }, { operationId: OTHER }), 'same'],
    ['its VM, in another kind of task', taskOf({ type: 'migrate', resourceId: OWN }), 'other'],
  ] as const)('that tells %s', (_, task, expected) => {
    expect(relation(task, asked())).toBe(expected);
  });

  it('a migrate is told by the replication and by the id that a reverse gave the VM, never by the name', () => {
    const migrate = asked({ kind: 'migrate', replicationId: `C4-${OWN}`, vmIdNow: OTHER });
    const task = (resourceId: string | null) => taskOf({ type: 'migrate', resourceId, resourceName: 'web1' });
    expect(relation(task(`C4-${OWN}`), migrate)).toBe('same');
    expect(relation(task(OTHER), migrate)).toBe('same');
    expect(relation(task(`C4-${OTHER}`), migrate)).toBe('other');
    expect(relation(task(null), migrate)).toBe('unknown');
  });
});

describe('when a task may have begun', () => {
  const requestedAt = Date.parse('2026-12-05T22:00:00Z');
  const minutes = 60_000;

  it('is bounded by a clock that was measured, and by a day otherwise', () => {
    const clock = { least: -12 * minutes, most: -12 * minutes + 300 };
    expect(earliestStart({ requestedAt, clock })).toBe(requestedAt - 13 * minutes);
    expect(requestedAt - earliestStart({ requestedAt })).toBe(24 * 60 * minutes);
    const begun = (startTime: number | null) => mayHaveBegunAfter({ id: 't', startTime }, { requestedAt, clock });
    expect([begun(requestedAt - 12 * minutes), begun(requestedAt - 14 * minutes), begun(null)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

const BLIND = { operationIdFilter: 'ignored', replicationVisible: 'taskEnd' } as const;

const started = (bench: Bench) =>
  bench.simulator.control.ledger().flatMap(({ kind, vmId }) => (kind === 'start' ? [vmId] : []));

/** Two VMs of one name, the first of which is being started, for longer than any test takes. */
async function twins(bench: Bench): Promise<{ first: { id: string }; second: { id: string } }> {
  const [first, second] = bench.vms as [{ id: string; name: string }, { id: string; name: string }];
  second.name = first.name;
  bench.simulator.control.setVms({ id: second.id, name: first.name });
  bench.simulator.control.setSpeed(0.01);
  await submit(bench, startOf(bench, 0));
  return { first, second };
}

describe('a start of a VM whose name another has, at a site that does not filter by operation id', () => {
  const QUICK = { reconcile: { settle: 200 } };

  it.each([null, 'vmId', 'replicationId'] as const)('is sent at first, with %s in tasks', (startTaskResource) =>
    withBench({ assumptions: { ...BLIND, startTaskResource }, site: QUICK }, async (bench) => {
      const { first, second } = await twins(bench);
      expect(await submit(bench, startOf(bench, 1))).toMatchObject({ adopted: false });
      expect(started(bench)).toEqual([first.id, second.id]);
    }),
  );

  it('is sent in doubt as well, where tasks name their VMs', () =>
    withBench({ assumptions: { ...BLIND, startTaskResource: 'vmId' }, site: QUICK }, async (bench) => {
      const { first, second } = await twins(bench);
      expect(await submit(bench, startOf(bench, 1), 2)).toMatchObject({ adopted: false });
      expect(started(bench)).toEqual([first.id, second.id]);
    }));

  it('is sent in doubt as well, where the task names a replication of the other', () =>
    withBench(
      {
        assumptions: { ...BLIND, startTaskResource: 'replicationId', replicationVisible: 'accept' },
        site: QUICK,
      },
      async (bench) => {
        const { first, second } = await twins(bench);
        expect(await submit(bench, startOf(bench, 1), 2)).toMatchObject({ adopted: false });
        expect(started(bench)).toEqual([first.id, second.id]);
      },
    ));

  it('is asked of a person in doubt, where nothing but the name is told', () =>
    withBench({ assumptions: BLIND, site: QUICK }, async (bench) => {
      const { first } = await twins(bench);
      await expect(submit(bench, startOf(bench, 1), 2)).rejects.toMatchObject({ type: 'Undecided' });
      expect(started(bench)).toEqual([first.id]);
    }));

  it.each([400, 404, 405, 501])('and that answers the question with %i: nothing is adopted by name', (status) =>
    withBench({ assumptions: BLIND, site: QUICK }, async (bench) => {
      const { first, second } = await twins(bench);
      const error = { code: 'BadRequest', msg: 'Unknown parameter operationID.' };
      bench.simulator.control.addFaults({ kind: 'status', operation: 'tasks', query: 'operationID', status, error });
      expect(await submit(bench, startOf(bench, 1))).toMatchObject({ adopted: false });
      expect(started(bench)).toEqual([first.id, second.id]);
    }),
  );
});

describe('a start whose answer was lost', () => {
  const SLOW = { ...BLIND, startTaskResource: 'vmId' } as const;

  it.each([-12, 12, -300])('is found at a site whose clock is %i minutes off', (minutes) =>
    withBench({ assumptions: SLOW, site: { reconcile: { settle: 300 } } }, async (bench) => {
      bench.simulator.control.setClock(bench.destination, { offsetMs: minutes * 60_000 });
      bench.simulator.control.setSpeed(0.01);
      bench.simulator.control.addFaults({ operation: 'start', kind: 'reset-after', times: 1 });
      const request = startOf(bench, 0);
      await expect(submit(bench, request)).rejects.toMatchObject({ type: 'SiteRefused' });
      expect(await submit(bench, request, 2)).toMatchObject({ adopted: true, taskId: expect.any(String) });
      expect(started(bench)).toHaveLength(1);
    }),
  );

  it('is found at a site whose clock counts seconds', () =>
    withBench({ assumptions: SLOW, site: { reconcile: { settle: 300 } } }, async (bench) => {
      bench.simulator.control.setClock(bench.destination, { unit: 's' });
      bench.simulator.control.setSpeed(0.01);
      bench.simulator.control.addFaults({ operation: 'start', kind: 'reset-after', times: 1 });
      const request = startOf(bench, 0);
      await expect(submit(bench, request)).rejects.toMatchObject({ type: 'SiteRefused' });
      expect(await submit(bench, request, 2)).toMatchObject({ adopted: true });
      expect(started(bench)).toHaveLength(1);
    }));

  it('is looked for by the next activity too, once its first has ended in a hold', () =>
    withBench({ assumptions: SLOW, site: { reconcile: { settle: 300 } } }, async (bench) => {
      bench.simulator.control.setSpeed(0.01);
      bench.simulator.control.addFaults({ operation: 'start', kind: 'reset-after', times: 1 });
      const request = startOf(bench, 0);
      await expect(submit(bench, request)).rejects.toMatchObject({ type: 'SiteRefused' });
      expect(await submit(bench, { ...request, mayBeSent: { absent: false } })).toMatchObject({ adopted: true });
      expect(started(bench)).toHaveLength(1);
    }));

  it('says in its failure whether anything can have reached the site', () =>
    withBench({ password: 'wrong' }, async (bench) => {
      const unsent = submit(bench, startOf(bench, 0));
      await expect(unsent).rejects.toMatchObject({ type: 'Hold', details: [{ unsent: true }] });
      const doubtful = await submit(bench, startOf(bench, 0), 2).catch((error: unknown) => error);
      expect(doubtful).toMatchObject({ type: 'Hold' });
      expect((doubtful as { details: object[] }).details[0]).not.toHaveProperty('unsent');
    }));
});

describe('a replication that no answer names', () => {
  it('is never migrated, and not asked for again and again', () =>
    withBench({}, async (bench) => {
      const request = bench.request({ kind: 'migrate', replicationId: null });
      await expect(submit(bench, request)).rejects.toMatchObject({ type: 'NoReplicationId', nonRetryable: true });
    }));

  it.each([
    ['the resource of its task', { startTaskResource: 'replicationId' as const }, { result: null }],
    ['the VM', {}, { result: null }],
    ['the VM, where the result names none that exists', {}, { result: { id: 'nonsense' } }],
  ])('is known by %s', (_, assumptions, task) =>
    withBench({ assumptions }, async (bench) => {
      bench.simulator.control.addFaults({ operation: 'start', kind: 'odd-task', task });
      const request = startOf(bench, 0);
      const { taskId } = await submit(bench, request);
      const { operationId, workflowId, run, vm, kind, peer, site } = request;
      const watch = { operationId, workflowId, run, vm, kind, peer, taskId, replicationId: null, slot: null };
      const input = { watch: { ...watch, until: 'task', phase: 'task', since: Date.now() } as const };
      const notice = await until(
        () => bench.attempt(() => bench.activities.askAboutOperation({ site, resumedAt: 0, ...input })),
        (heard) => heard !== null,
      );
      const [made] = bench.simulator.control.world().replications;
      expect(notice).toMatchObject({ ok: true, replicationId: made?.id, replication: { vmId: vm.id } });
    }),
  );
});

describe('a VM that has got another name since its site was asked for names', () => {
  it('is asked for again before it is refused', () =>
    withBench({ vms: 2 }, async (bench) => {
      await submit(bench, startOf(bench, 0));
      const id = bench.vms[1]?.id ?? '';
      bench.simulator.control.setVms({ id, name: 'twin' });
      expect(await submit(bench, startOf(bench, 1, { vm: { id, name: 'twin' } }))).toMatchObject({ adopted: false });
    }));
});
