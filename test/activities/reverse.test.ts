/** A reverse moves its replication, may give it another id, and its answer may be lost: it is sent once all the same. */
import { describe, expect, it } from '@jest/globals';
import type { Notice } from '../../contract/notice.js';
import { type Watch, watchOf } from '../../contract/watch.js';
import { siteVdcId } from '../../simulator/index.js';
import type { VmReplication } from '../../vcda/index.js';
import { until } from '../support/until.js';
import { type Bench, withBench } from './support/bench.js';

const WAYS = [true, false].flatMap((reverseMovesHome) =>
  [true, false].map((reverseChangesId) => ({ reverseMovesHome, reverseChangesId })),
);
/** Nothing but the state of replications tells what became of an operation. */
const FORGETFUL = { operationIdFilter: 'ignored', tasksForgottenAfter: 0 } as const;

interface Recovered {
  id: string;
  vmId: string;
}

async function recovered(bench: Bench, powerOn = true): Promise<Recovered> {
  const { destination, source } = bench;
  const { id } = await bench.protect();
  const task = await bench.operate(destination, (site) =>
    site.failoverReplication(id, { type: 'vcloud', powerOn }, { peer: source }),
  );
  return { id, vmId: (task.result as VmReplication).destinationState?.recoveryInfo?.vcdVmId ?? '' };
}

const requestOf = (bench: Bench, { id, vmId }: Recovered) =>
  bench.request({ kind: 'reverse', replicationId: id, recoveredVmId: vmId, until: 'synced' });

/** What waits for a reverse, in its first phase. */
function waiting(bench: Bench, it: Recovered, change: Partial<Watch>): Watch {
  const submitted = { taskId: null, replicationId: it.id, submittedAt: Date.now() };
  return { ...watchOf(requestOf(bench, it), submitted), ...change };
}

const ask = (bench: Bench, site: string, watch: Watch): Promise<Notice | null> =>
  bench.attempt(() => bench.activities.askAboutOperation({ site, watch, resumedAt: 0 }));

async function noticeOf(bench: Bench, site: string, watch: Watch): Promise<Notice> {
  const notice = await until(
    () => ask(bench, site, watch),
    (heard) => heard !== null,
  );
  return notice as Notice;
}

const reverses = (bench: Bench) => bench.simulator.control.ledger().filter(({ kind }) => kind === 'reverse');
const homeOf = (bench: Bench, { reverseMovesHome }: { reverseMovesHome: boolean }) =>
  reverseMovesHome ? bench.source : bench.destination;

describe('a reverse', () => {
  it.each(WAYS)('tells the replication as it is afterwards, and is watched to its resync: %o', (assumptions) =>
    withBench({ assumptions }, async (bench) => {
      const it = await recovered(bench);
      const { destination, source } = bench;
      const submitted = await bench.attempt(() => bench.activities.submitOperation(requestOf(bench, it)));
      expect(submitted).toMatchObject({ adopted: false, taskId: expect.any(String) });
      const notice = await noticeOf(bench, destination, waiting(bench, it, { taskId: submitted.taskId }));
      expect(notice).toMatchObject({
        ok: true,
        phase: 'task',
        replication: { vmId: it.vmId, sourceSite: destination, destinationSite: source, isReversed: true },
      });
      expect(notice.replicationId === it.id).toBe(!assumptions.reverseChangesId);

      const home = homeOf(bench, assumptions);
      const peer = home === source ? destination : source;
      const watch = waiting(bench, it, { phase: 'sync', replicationId: notice.replicationId, peer });
      const synced = await noticeOf(bench, home, watch);
      expect(synced).toMatchObject({
        ok: true,
        replicationId: notice.replicationId,
        replication: { dataConnectionState: 'OK', latestInstance: { key: expect.any(String) } },
      });
    }),
  );

  it.each(WAYS)('whose answer and task are lost is found by its effect, once a person has looked: %o', (assumptions) =>
    withBench({ assumptions, site: { reconcile: { settle: 100 } } }, async (bench) => {
      const it = await recovered(bench);
      bench.simulator.control.setAssumptions(FORGETFUL);
      bench.simulator.control.addFaults({ operation: 'reverse', kind: 'reset-after', times: 1 });
      const submit = (attempt: number) =>
        bench.attempt(() => bench.activities.submitOperation(requestOf(bench, it)), { attempt });
      await expect(submit(1)).rejects.toMatchObject({ type: 'SiteRefused', details: [{ code: 'Unreachable' }] });
      await until(
        async () => reverses(bench),
        (all) => all.every(({ outcome }) => outcome !== 'running'),
      );
      await expect(submit(2)).rejects.toMatchObject({ type: 'Undecided' });
      const decided = { ...requestOf(bench, it), decided: true };
      const found = await bench.attempt(() => bench.activities.submitOperation(decided), { attempt: 2 });
      expect(found).toMatchObject({ adopted: true, preexisting: false, taskId: null });
      expect(reverses(bench)).toHaveLength(1);
      const notice = await noticeOf(
        bench,
        bench.destination,
        waiting(bench, it, { replicationId: found.replicationId }),
      );
      expect(notice).toMatchObject({ ok: true, replicationId: found.replicationId, replication: { vmId: it.vmId } });
    }),
  );

  it('is told from what a person made of the recovered VM anew', () =>
    withBench({ assumptions: { reverseChangesId: true, secondReplication: 'allowed' } }, async (bench) => {
      const { destination, simulator, source } = bench;
      const it = await recovered(bench);
      const to = { type: 'vcloud', site: source, vdc: siteVdcId(source), storageProfile: '*' };
      const body = { source: { type: 'vm', site: destination, vmId: it.vmId }, destination: to, isMigration: true };
      simulator.control.act({ operation: 'start', user: 'ann@acme', body });
      await until(
        async () => simulator.control.world().replications.find(({ vmId }) => vmId === it.vmId)?.state,
        (state) => state === 'OK',
      );
      await bench.operate(destination, (site) => site.reverseReplication(it.id, { peer: source }));
      simulator.control.setAssumptions(FORGETFUL);
      const notice = await noticeOf(bench, destination, waiting(bench, it, {}));
      expect(notice.replication).toMatchObject({ vmId: it.vmId, isReversed: true });
    }));

  it('whose answer was lost before it arrived is sent', () =>
    withBench({ site: { reconcile: { settle: 300 } } }, async (bench) => {
      const it = await recovered(bench);
      bench.simulator.control.setAssumptions(FORGETFUL);
      bench.simulator.control.addFaults({ operation: 'reverse', kind: 'reset-before', times: 1 });
      const submit = (attempt: number) =>
        bench.attempt(() => bench.activities.submitOperation(requestOf(bench, it)), { attempt });
      await expect(submit(1)).rejects.toMatchObject({ type: 'SiteRefused', details: [{ code: 'Unreachable' }] });
      expect(await submit(2)).toMatchObject({ adopted: false });
      expect(reverses(bench)).toHaveLength(1);
    }));

  it('is not over while the other way holds nothing yet', () =>
    withBench({}, async (bench) => {
      const it = await recovered(bench);
      const { destination, source } = bench;
      bench.simulator.control.trouble(it.id, { isStalled: true });
      await bench.operate(destination, (site) => site.reverseReplication(it.id, { peer: source }));
      const watch = waiting(bench, it, { phase: 'sync', peer: destination });
      expect(await ask(bench, source, watch)).toBeNull();
      bench.simulator.control.trouble(it.id, { isStalled: false });
      expect(await noticeOf(bench, source, watch)).toMatchObject({ ok: true });
    }));

  it('of a VM that is off tells that nothing is sent by itself', () =>
    withBench({}, async (bench) => {
      const it = await recovered(bench, false);
      const { destination, source } = bench;
      await bench.operate(destination, (site) => site.reverseReplication(it.id, { peer: source }));
      const watch = waiting(bench, it, { phase: 'sync', peer: destination });
      expect(await noticeOf(bench, source, watch)).toMatchObject({ ok: false, error: { code: 'SourcePoweredOff' } });
    }));
});
