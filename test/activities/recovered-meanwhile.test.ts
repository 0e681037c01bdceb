/** What a person does to a replication, of the same or of another kind, while it is not known whether ours has arrived. */
import { describe, expect, it } from '@jest/globals';
import { describe as described } from '../../activities/mark.js';
import { until } from '../support/until.js';
import { type Bench, INSTALLATION, submit, withBench } from './support/bench.js';

const QUICK = { site: { reconcile: { settle: 100 } } };

const control = (bench: Bench) => bench.simulator.control;
const sentBy = (bench: Bench, user: string, since: number) =>
  control(bench)
    .ledger()
    .slice(since)
    .flatMap((entry) => (entry.user === user ? [entry.kind] : []));

describe('a recovery that was cut before it arrived', () => {
  it.each([
    ['migrate', 'failover', {}],
    ['migrate', 'failover', { operationIdFilter: 'ignored' }],
    ['failover', 'migrate', {}],
    ['failover', 'failover', {}],
    ['migrate', 'migrate', {}],
  ] as const)(
    '%s: is not what a person did by a %s, on a replication that carries its mark',
    (kind, theirs, assumptions) =>
      withBench({ ...QUICK, assumptions }, async (bench) => {
        const { id } = await bench.protect();
        const unit = { run: 'bench', unit: bench.vms[0]?.id ?? '', operationId: 'drover/bench' };
        control(bench).trouble(id, { settings: { description: described(INSTALLATION, unit, '') } });
        control(bench).addFaults({ operation: kind, kind: 'reset-before', times: 1 });
        const request = bench.request({ kind, replicationId: id, recovery: { powerOn: true, consolidate: false } });
        const before = control(bench).ledger().length;
        await expect(submit(bench, request)).rejects.toMatchObject({ type: 'SiteRefused' });
        control(bench).act({
          operation: theirs,
          replicationId: id,
          user: 'ann@acme',
          body: { type: 'vcloud', powerOn: true },
        });
        await until(
          async () => control(bench).world().replications[0]?.recoveryState,
          (state) => state === 'COMPLETE',
        );
        await expect(submit(bench, request, 2)).rejects.toMatchObject({ type: 'DoneByOthers' });
        expect(sentBy(bench, 'ops@acme', before)).toEqual([]);
      }),
  );

  it.each([
    ['migrate', 'failover'],
    ['failover', 'failover-test'],
  ] as const)('%s: is not what a person is doing by a %s', (kind, theirs) =>
    withBench(QUICK, async (bench) => {
      const { id } = await bench.protect();
      control(bench).addFaults({ operation: kind, kind: 'reset-before', times: 1 });
      const request = bench.request({ kind, replicationId: id, recovery: { powerOn: true, consolidate: false } });
      const before = control(bench).ledger().length;
      await expect(submit(bench, request)).rejects.toMatchObject({ type: 'SiteRefused' });
      // It is under way for half a minute then, and stands still from when that is seen.
      control(bench).setSpeed(1);
      control(bench).act({
        operation: theirs,
        replicationId: id,
        user: 'ann@acme',
        body: { type: 'vcloud', powerOn: true },
      });
      await until(
        async () => control(bench).world().replications[0]?.recoveryState,
        (state) => state === 'IN_PROGRESS',
      );
      control(bench).setSpeed(0.01);
      await expect(submit(bench, request, 2)).rejects.toMatchObject({ type: 'DoneByOthers' });
      expect(sentBy(bench, 'ops@acme', before)).toEqual([]);
    }),
  );
});
