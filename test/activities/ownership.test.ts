/** What a person does to a replication while an operation is on its way is neither taken for it nor undone. */
import { describe, expect, it } from '@jest/globals';
import { markOf } from '../../activities/mark.js';
import type { OperationRequest } from '../../contract/operation.js';
import { until } from '../support/until.js';
import { type Bench, INSTALLATION, submit, withBench } from './support/bench.js';

type Owned = 'failover-test' | 'failover';
const QUICK = { site: { reconcile: { settle: 100 } } };

const requestOf = (bench: Bench, kind: OperationRequest['kind'], replicationId: string, change = {}) =>
  bench.request({ kind, replicationId, recovery: { powerOn: true, consolidate: false }, ...change });

const lost = { type: 'SiteRefused', details: [{ code: 'Unreachable' }] };

/** Ann does the same by hand, and is done. */
async function byAnn(bench: Bench, operation: Owned, replicationId: string, user = 'ann@acme'): Promise<void> {
  bench.simulator.control.act({ operation, replicationId, user, body: { type: 'vcloud', powerOn: true } });
  await until(
    async () => bench.simulator.control.world().replications[0]?.recoveryState,
    (state) => state === (operation === 'failover' ? 'COMPLETE' : 'TEST'),
  );
}

const sentBy = (bench: Bench, kind: string) =>
  bench.simulator.control.ledger().flatMap((entry) => (entry.kind === kind ? [entry.user] : []));

describe.each(['failover-test', 'failover'] as const)('a %s', (kind) => {
  it('that a person did before anything was sent is refused, with their name', () =>
    withBench(QUICK, async (bench) => {
      const { id } = await bench.protect();
      await byAnn(bench, kind, id);
      await expect(submit(bench, requestOf(bench, kind, id))).rejects.toMatchObject({
        type: 'DoneByOthers',
        message: expect.stringContaining('ann@acme'),
      });
      expect(sentBy(bench, kind)).toEqual(['ann@acme']);
    }));

  it.each(['supported', 'ignored'] as const)(
    'that a person did while it was not known whether it had arrived is refused; operation ids are %s',
    (operationIdFilter) =>
      withBench({ ...QUICK, assumptions: { operationIdFilter } }, async (bench) => {
        const { id } = await bench.protect();
        bench.simulator.control.addFaults({ operation: kind, kind: 'reset-before', times: 1 });
        const request = requestOf(bench, kind, id);
        await expect(submit(bench, request)).rejects.toMatchObject(lost);
        await byAnn(bench, kind, id);
        await expect(submit(bench, request, 2)).rejects.toMatchObject({ type: 'DoneByOthers' });
        const adopted = await bench.attempt(() => bench.activities.adoptOperation(request));
        expect(adopted).toBeNull();
        expect(sentBy(bench, kind)).toEqual(['ann@acme']);
      }),
  );

  it.each(['supported', 'ignored'] as const)(
    'whose answer was lost is taken for what it is; operation ids are %s',
    (operationIdFilter) =>
      withBench({ ...QUICK, assumptions: { operationIdFilter } }, async (bench) => {
        const { id } = await bench.protect();
        bench.simulator.control.addFaults({ operation: kind, kind: 'reset-after', times: 1 });
        const request = requestOf(bench, kind, id);
        await expect(submit(bench, request)).rejects.toMatchObject(lost);
        await until(
          async () => bench.simulator.control.ledger().find((entry) => entry.kind === kind)?.outcome,
          (outcome) => outcome === 'succeeded',
        );
        expect(await submit(bench, request, 2)).toMatchObject({ adopted: true, preexisting: false });
        expect(sentBy(bench, kind)).toEqual(['ops@acme']);
      }),
  );
});

describe.each(['failover-test', 'failover'] as const)('a %s that a person with the same login did', (kind) => {
  async function lostThenDone(bench: Bench, id: string) {
    bench.simulator.control.addFaults({ operation: kind, kind: 'reset-before', times: 1 });
    const request = requestOf(bench, kind, id);
    await expect(submit(bench, request)).rejects.toMatchObject(lost);
    await byAnn(bench, kind, id, 'ops@acme');
    return request;
  }

  it('is not this run’s where the site filters by operation id', () =>
    withBench(QUICK, async (bench) => {
      const { id } = await bench.protect();
      await submit(bench, requestOf(bench, 'sync', id));
      const request = await lostThenDone(bench, id);
      await expect(submit(bench, request, 2)).rejects.toMatchObject({ type: 'DoneByOthers' });
      expect(await bench.attempt(() => bench.activities.adoptOperation(request))).toBeNull();
    }));

  it('is asked about where it is not known whether the site does', () =>
    withBench(QUICK, async (bench) => {
      const request = await lostThenDone(bench, (await bench.protect()).id);
      await expect(submit(bench, request, 2)).rejects.toMatchObject({ type: 'Undecided' });
    }));
});

it('a failover of which every trace is lost is this run’s on a replication that carries its mark', () =>
  withBench(QUICK, async (bench) => {
    const { id } = await bench.protect();
    const description = markOf(INSTALLATION, 'bench', bench.vms[0]?.id ?? '');
    bench.simulator.control.trouble(id, { settings: { description } });
    bench.simulator.control.setAssumptions({ operationIdFilter: 'ignored', tasksForgottenAfter: 0 });
    bench.simulator.control.addFaults({ operation: 'failover', kind: 'reset-after', times: 1 });
    const request = requestOf(bench, 'failover', id);
    await expect(submit(bench, request)).rejects.toMatchObject(lost);
    await until(
      async () => bench.simulator.control.world().replications[0]?.recoveryState,
      (state) => state === 'COMPLETE',
    );
    expect(await submit(bench, request, 2)).toMatchObject({ adopted: true, preexisting: false, taskId: null });
  }));

describe('a deletion', () => {
  it('leaves a replication of which a person has made a test copy', () =>
    withBench({ ...QUICK, assumptions: { deleteDuringTest: 'cleans' } }, async (bench) => {
      const { id } = await bench.protect();
      await byAnn(bench, 'failover-test', id);
      await expect(submit(bench, requestOf(bench, 'delete', id))).rejects.toMatchObject({ type: 'TestCopyExists' });
      expect(sentBy(bench, 'delete')).toEqual([]);
    }));

  it('after a migration leaves a replication that is of another VM by then', () =>
    withBench({ ...QUICK, vms: 2 }, async (bench) => {
      const { id } = await bench.protect();
      await byAnn(bench, 'failover', id);
      const vmId = bench.vms[0]?.id;
      bench.simulator.control.trouble(id, { vmId: bench.vms[1]?.id });
      const request = { ...requestOf(bench, 'delete', id), ids: vmId === undefined ? [] : [vmId] };
      await expect(submit(bench, request)).rejects.toMatchObject({ type: 'ReplicationNotOurs' });
      expect(sentBy(bench, 'delete')).toEqual([]);
      bench.simulator.control.trouble(id, { vmId });
      await submit(bench, request);
      expect(sentBy(bench, 'delete')).toHaveLength(1);
    }));

  it('that undoes a start leaves what a person has recovered by it', () =>
    withBench(QUICK, async (bench) => {
      const { id } = await bench.protect();
      await byAnn(bench, 'failover', id);
      const request = requestOf(bench, 'delete', id, { unlessRecovered: true });
      await expect(submit(bench, request)).rejects.toMatchObject({ type: 'DoneByOthers' });
      expect(sentBy(bench, 'delete')).toEqual([]);
    }));
});
