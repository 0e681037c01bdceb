/** Finding the replication of a VM wherever failovers and reverses have left it. */
import { describe, expect, it } from '@jest/globals';
import { type Bench, withBench } from './support/bench.js';

const locate = (bench: Bench, input = bench.locateInput(), attempt = 1) =>
  bench.attempt(() => bench.activities.locateReplication(input), { attempt });

const WAYS = [true, false].flatMap((reverseMovesHome) =>
  [true, false].map((reverseChangesId) => ({ reverseMovesHome, reverseChangesId })),
);

describe('locateReplication', () => {
  it('finds a replication at its destination, without asking the source', () =>
    withBench({}, async (bench) => {
      const { id, vmId } = await bench.protect();
      bench.simulator.control.setUp(bench.source, false);
      expect(await locate(bench)).toMatchObject({
        site: bench.destination,
        peer: bench.source,
        replication: { id, vmId, recoveryState: 'NOT_STARTED', sourceSite: bench.source, isReversed: false },
      });
    }));

  it('says so when neither site has one', () =>
    withBench({}, async (bench) => {
      await bench.protect(1);
      expect(await locate(bench)).toBeNull();
    }));

  it.each(WAYS)('finds it again after one reverse and after two: %o', (assumptions) =>
    withBench({ assumptions }, async (bench) => {
      const { source, destination } = bench;
      const first = await bench.turnAround(await bench.protect(), destination);
      expect(first.home).toBe(assumptions.reverseMovesHome ? source : destination);
      expect(await locate(bench)).toMatchObject({
        site: first.home,
        peer: first.home === source ? destination : source,
        replication: {
          id: first.replication.id,
          vmId: first.replication.vmId,
          sourceSite: destination,
          destinationSite: source,
          isReversed: true,
        },
      });
      const second = await bench.turnAround(first.replication, first.home);
      expect(await locate(bench)).toMatchObject({
        site: second.home,
        replication: { id: second.replication.id, sourceSite: source, destinationSite: destination },
      });
    }),
  );

  it('finds the other way round what lives at the source, when the destination is dead', () =>
    withBench({}, async (bench) => {
      const { home, replication } = await bench.turnAround(await bench.protect(), bench.destination);
      bench.simulator.control.setUp(bench.destination, false);
      expect(home).toBe(bench.source);
      // By name alone, since the VM is another by now: a lost answer must not decide, a dead site must not prevent.
      await expect(locate(bench)).rejects.toMatchObject({
        type: 'SiteRefused',
        nonRetryable: false,
        details: [{ code: 'Unreachable' }],
      });
      expect(await locate(bench, bench.locateInput(), 3)).toMatchObject({
        site: home,
        replication: { id: replication.id },
      });
    }));

  it('tries again when the destination has none and the source is silent', () =>
    withBench({}, async (bench) => {
      bench.simulator.control.setUp(bench.source, false);
      await expect(locate(bench, bench.locateInput(), 5)).rejects.toMatchObject({
        type: 'SiteRefused',
        details: [expect.objectContaining({ code: 'Unreachable' })],
        nonRetryable: false,
        message: expect.stringContaining(`locate of ${bench.vms[0]?.name} (${bench.vms[0]?.id}) at ${bench.source}`),
      });
    }));

  it('does not choose between VMs of one name, though each site has one only', () =>
    withBench({}, async (bench) => {
      const [first, second] = bench.vms as [{ id: string; name: string }, { id: string; name: string }];
      bench.simulator.control.setVms({ id: second.id, name: first.name });
      const [wanted, twin] = [await bench.protect(0), await bench.protect(1)];
      const of = (vm: { id: string; replicationId?: string }) =>
        locate(bench, bench.locateInput(0, { vm: { name: first.name, ...vm } }));
      expect(await of({ id: second.id })).toMatchObject({ replication: { id: twin.id } });

      const reversed = await bench.turnAround(wanted, bench.destination);
      expect(reversed.home).toBe(bench.source);
      await expect(of({ id: first.id })).rejects.toMatchObject({
        type: 'AmbiguousReplication',
        nonRetryable: true,
        message: expect.stringMatching(
          new RegExp(`${first.name}.*${twin.id} at ${bench.destination}.*${wanted.id} at ${bench.source}`),
        ),
        details: [expect.objectContaining({ advice: expect.stringContaining('replicationId') })],
      });
      expect(await of({ id: first.id, replicationId: wanted.id })).toMatchObject({
        site: bench.source,
        replication: { id: wanted.id },
      });
      // The VM's own is still known by its id, and an id outweighs a name.
      expect(await of({ id: second.id })).toMatchObject({ site: bench.destination, replication: { id: twin.id } });
    }));

  it('takes no part of a name for the whole', () =>
    withBench({}, async (bench) => {
      const [first] = bench.vms as [{ id: string; name: string }];
      bench.simulator.control.setVms({ id: first.id, name: `${first.name}-old` });
      await bench.protect(0);
      expect(await locate(bench, bench.locateInput(1, { vm: { id: 'another', name: first.name } }))).toBeNull();
    }));

  it('holds for a refused login', () =>
    withBench({ password: 'wrong' }, async (bench) => {
      await expect(locate(bench)).rejects.toMatchObject({
        type: 'Hold',
        nonRetryable: true,
        details: [{ site: bench.destination, code: 'LoginRefused' }],
      });
    }));

  it('refuses a site that the config does not have', () =>
    withBench({}, async (bench) => {
      await expect(locate(bench, bench.locateInput(0, { destination: 'oslo' }))).rejects.toMatchObject({
        type: 'UnknownSite',
      });
    }));
});

describe('instanceBefore', () => {
  it('is the newest that is not younger, and null where there is none', () =>
    withBench({}, async (bench) => {
      const { id } = await bench.protect();
      const { destination: site, source: peer } = bench;
      await bench.operate(site, (at) => at.syncReplication(id, { peer }));
      const all = await bench.at(site).instances(id);
      expect(all.length).toBeGreaterThan(1);
      const times = all.map(({ timestamp }) => timestamp ?? 0).sort((a, b) => a - b);
      const ask = (before: number) =>
        bench.attempt(() =>
          bench.activities.instanceBefore({
            run: 'bench',
            site,
            peer,
            vm: bench.vms[0] as { id: string; name: string },
            replicationId: id,
            before,
            resumedAt: 0,
          }),
        );
      const newest = times.at(-1) ?? 0;
      expect(await ask(newest)).toMatchObject({ timestamp: newest });
      expect(await ask(newest - 1)).toMatchObject({ timestamp: times.at(-2) });
      expect(await ask((times[0] ?? 0) - 1)).toBeNull();
    }));
});
