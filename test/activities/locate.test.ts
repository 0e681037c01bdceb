/** Finding the replication of a VM wherever failovers and reverses have left it. */
import { describe, expect, it } from '@jest/globals';
import { describe as describeIn, markOf } from '../../activities/mark.js';
import { chosenOf, onlyOrMarked, Several } from '../../activities/one-of-several.js';
import type { VmReplication } from '../../vcda/index.js';
import { type Bench, INSTALLATION, withBench } from './support/bench.js';

const locate = (bench: Bench, input = bench.locateInput(), attempt = 1) =>
  bench.attempt(() => bench.activities.locateReplication(input), { attempt });

/** As runs before this one would tell it. */
const earlier = (vmIds: string[], replicationIds: string[] = []) => ({ vmIds, replicationIds });

const WAYS = [true, false].flatMap((reverseMovesHome) =>
  [true, false].map((reverseChangesId) => ({ reverseMovesHome, reverseChangesId })),
);

describe('locateReplication', () => {
  it.concurrent('finds a replication at its destination, without asking the source', () =>
    withBench({}, async (bench) => {
      const { id, vmId } = await bench.protect();
      bench.simulator.control.setUp(bench.source, false);
      expect(await locate(bench)).toMatchObject({
        site: bench.destination,
        peer: bench.source,
        replication: { id, vmId, recoveryState: 'NOT_STARTED', sourceSite: bench.source, isReversed: false },
      });
    }));

  it.concurrent('says so when neither site has one', () =>
    withBench({}, async (bench) => {
      await bench.protect(1);
      expect(await locate(bench)).toBeNull();
    }));

  it.concurrent.each(WAYS)(
    'finds it again after one reverse and after two, by the id that the VM got: %o',
    (assumptions) =>
      withBench({ assumptions }, async (bench) => {
        const { source, destination } = bench;
        const [vm] = bench.vms as [{ id: string; name: string }];
        const of = (...vmIds: string[]) =>
          locate(bench, bench.locateInput(0, { vm: { ...vm, earlier: earlier(vmIds) } }));
        const first = await bench.turnAround(await bench.protect(), destination);
        const firstVmId = first.replication.vmId ?? '';
        expect(first.home).toBe(assumptions.reverseMovesHome ? source : destination);
        expect(await of(firstVmId)).toMatchObject({
          site: first.home,
          peer: first.home === source ? destination : source,
          replication: {
            id: first.replication.id,
            vmId: firstVmId,
            sourceSite: destination,
            destinationSite: source,
            isReversed: true,
          },
        });
        const second = await bench.turnAround(first.replication, first.home);
        expect(await of(second.replication.vmId ?? '', firstVmId)).toMatchObject({
          site: second.home,
          replication: { id: second.replication.id, sourceSite: source, destinationSite: destination },
        });
      }),
  );

  it.concurrent('finds it again by the id of its replication, whoever has reversed that, and whatever the VM is called now', () =>
    withBench({}, async (bench) => {
      const { home, replication } = await bench.turnAround(await bench.protect(), bench.destination);
      bench.simulator.control.setVms({ id: replication.vmId ?? '', name: 'another name' });
      const [vm] = bench.vms as [{ id: string; name: string }];
      const input = bench.locateInput(0, { vm: { ...vm, earlier: earlier([], [replication.id]) } });
      expect(await locate(bench, input)).toMatchObject({ site: home, replication: { id: replication.id } });
    }));

  it.concurrent('finds the other way round what lives at the source, when the destination is dead', () =>
    withBench({}, async (bench) => {
      const { home, replication } = await bench.turnAround(await bench.protect(), bench.destination);
      bench.simulator.control.setUp(bench.destination, false);
      expect(home).toBe(bench.source);
      const [vm] = bench.vms as [{ id: string; name: string }];
      const input = bench.locateInput(0, { vm: { ...vm, earlier: earlier([replication.vmId ?? '']) } });
      // The VM has another id by now: a lost answer must not decide, a dead site must not prevent.
      await expect(locate(bench, input)).rejects.toMatchObject({
        type: 'SiteRefused',
        nonRetryable: false,
        details: [{ code: 'Unreachable' }],
      });
      expect(await locate(bench, input, 3)).toMatchObject({ site: home, replication: { id: replication.id } });
    }));

  it.concurrent('works a replication at its own destination, though the other site shows it first', () =>
    withBench({}, async (bench) => {
      const { home, replication } = await bench.turnAround(await bench.protect(), bench.destination);
      expect(home).toBe(bench.source);
      const body = { items: [replication], total: 1 };
      bench.simulator.control.addFaults({
        kind: 'status',
        site: bench.destination,
        operation: 'replications',
        status: 200,
        body,
      });
      const input = bench.locateInput(0, { vm: { id: replication.vmId ?? '', name: 'web1' } });
      expect(await locate(bench, input)).toMatchObject({ site: home, peer: bench.destination });
      bench.simulator.control.setUp(home, false);
      await expect(locate(bench, input, 5)).rejects.toMatchObject({ type: 'SiteRefused', nonRetryable: false });
    }));

  it.concurrent('tries again when the destination has none and the source is silent', () =>
    withBench({}, async (bench) => {
      bench.simulator.control.setUp(bench.source, false);
      await expect(locate(bench, bench.locateInput(), 5)).rejects.toMatchObject({
        type: 'SiteRefused',
        details: [expect.objectContaining({ code: 'Unreachable' })],
        nonRetryable: false,
        message: expect.stringContaining(`locate of ${bench.vms[0]?.name} (${bench.vms[0]?.id}) at ${bench.source}`),
      });
    }));

  it.concurrent('takes no VM for another of its name, not even when that one’s replication is reversed', () =>
    withBench({}, async (bench) => {
      const [first, second] = bench.vms as [{ id: string; name: string }, { id: string; name: string }];
      bench.simulator.control.setVms({ id: second.id, name: first.name });
      const twin = await bench.protect(1);
      const of = (vm: { id: string; replicationId?: string }) =>
        locate(bench, bench.locateInput(0, { vm: { name: first.name, ...vm } }));
      expect(await of({ id: first.id })).toBeNull();
      expect(await of({ id: second.id })).toMatchObject({ replication: { id: twin.id } });

      const reversed = await bench.turnAround(twin, bench.destination);
      expect(await of({ id: first.id })).toBeNull();
      expect(await of({ id: second.id })).toBeNull();
      expect(await of({ id: second.id, replicationId: reversed.replication.id })).toMatchObject({
        site: reversed.home,
        replication: { id: reversed.replication.id },
      });
    }));

  it.concurrent('finds the reversed one by its mark, where earlier runs are no longer known', () =>
    withBench({}, async (bench) => {
      const [vm] = bench.vms as [{ id: string; name: string }];
      const { home, replication } = await bench.turnAround(await bench.protect(), bench.destination);
      expect(await locate(bench)).toBeNull();
      const marked = (id: string) => describeIn(INSTALLATION, { run: 'old', unit: id, operationId: 'x' }, 'of Ann');
      bench.simulator.control.trouble(replication.id, { settings: { description: marked('another') } });
      expect(await locate(bench)).toBeNull();
      bench.simulator.control.trouble(replication.id, { settings: { description: marked(vm.id) } });
      expect(await locate(bench)).toMatchObject({ site: home, replication: { id: replication.id } });
    }));

  it.concurrent('does not choose between two that earlier runs have seen', () =>
    withBench({}, async (bench) => {
      const [wanted, other] = [await bench.protect(0), await bench.protect(1)];
      const known = earlier([], [wanted.id, other.id]);
      const input = bench.locateInput(2, { vm: { id: bench.vms[2]?.id ?? '', name: 'web1', earlier: known } });
      await expect(locate(bench, input)).rejects.toMatchObject({
        type: 'AmbiguousReplication',
        nonRetryable: true,
        message: expect.stringMatching(new RegExp(`web1.*${wanted.id} at ${bench.destination}.*${other.id}`)),
        details: [expect.objectContaining({ advice: expect.stringContaining('replicationId') })],
      });
    }));

  it.concurrent('holds for a refused login', () =>
    withBench({ password: 'wrong' }, async (bench) => {
      await expect(locate(bench)).rejects.toMatchObject({
        type: 'Hold',
        nonRetryable: true,
        details: [{ site: bench.destination, code: 'LoginRefused' }],
      });
    }));

  it.concurrent('refuses a site that the config does not have', () =>
    withBench({}, async (bench) => {
      await expect(locate(bench, bench.locateInput(0, { destination: 'oslo' }))).rejects.toMatchObject({
        type: 'UnknownSite',
      });
    }));
});

describe('instanceBefore', () => {
  it.concurrent('is the newest that is not younger, and null where there is none', () =>
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

describe('of the replications of a VM', () => {
  const mark = markOf(INSTALLATION, 'run', 'vm');
  const a: VmReplication = { id: 'C4-a', owner: 'acme@lyon' };
  const b: VmReplication = { id: 'C4-b', settings: { description: `${markOf(INSTALLATION, 'other', 'vm')} of Ann` } };
  const own: VmReplication = { id: 'C4-own', settings: { description: `${mark} [run run]` } };
  function several(all: VmReplication[], named?: string): unknown {
    try {
      return chosenOf(all, { mark, ...(named === undefined ? {} : { named }) });
    } catch (error) {
      return error;
    }
  }

  it.each([
    ['the only one', [a], undefined, { it: a, beside: [] }],
    ['the one that the plan names', [a, b, own], 'C4-b', { it: b, beside: ['C4-a', 'C4-own'] }],
    ['the one with this run’s mark', [a, own], undefined, { it: own, beside: ['C4-a'] }],
    ['none where there is none, whatever the plan names', [], 'C4-a', null],
  ])('a start takes %s', (_, all, named, expected) => {
    expect(several(all, named)).toEqual(expected);
  });

  it.each([
    ['two, with both', [a, b], undefined, /has 2 replications.*C4-a \(of acme@lyon\); C4-b\./],
    ['two with its mark', [own, { ...own, id: 'C4-2' }], undefined, /has 2 replications/],
    ['another than the plan names', [a], 'C4-b', /has C4-a .*and not C4-b, which the plan names/],
  ])('a start takes none of %s', (_, all, named, message) => {
    expect(several(all, named)).toBeInstanceOf(Several);
    expect(several(all, named)).toMatchObject({ message: expect.stringMatching(message) });
  });

  it('what has waited for a start takes the only one, or the one with its mark', () => {
    expect([[a], [a, b], [a, own], []].map((all) => onlyOrMarked(all, mark)?.id)).toEqual([
      'C4-a',
      undefined,
      'C4-own',
      undefined,
    ]);
  });
});
