/** Failovers, their rehearsals and clean-ups: what is sent, what is adopted, and what a dead source must not prevent. */
import { describe, expect, it } from '@jest/globals';
import { send } from '../../activities/send.js';
import type { Notice } from '../../contract/notice.js';
import type { OperationRequest, RecoveryBody } from '../../contract/operation.js';
import { until } from '../support/until.js';
import { withFake } from '../vcda/support/client.js';
import { runningTask } from '../vcda/support/fake-site.js';
import { type Bench, submit, withBench } from './support/bench.js';

type Kind = 'migrate' | 'failover' | 'failover-test' | 'cleanup';

const FORGETFUL = { operationIdFilter: 'ignored', tasksForgottenAfter: 0 } as const;
const RECOVERY: RecoveryBody = { powerOn: true, consolidate: false };

function requestOf(
  bench: Bench,
  kind: Kind,
  replicationId: string,
  recovery: RecoveryBody = RECOVERY,
): OperationRequest {
  return bench.request({ kind, replicationId, ...(kind === 'cleanup' ? {} : { recovery }) });
}

function askedBy(request: OperationRequest, taskId: string | null) {
  const { operationId, workflowId, run, vm, kind, replicationId, peer } = request;
  const watch = { operationId, workflowId, run, vm, kind, taskId, replicationId, peer };
  return {
    site: request.site,
    watch: { ...watch, until: 'task' as const, phase: 'task' as const, slot: null, since: Date.now() - 60_000 },
    resumedAt: 0,
  };
}

function noticeOf(bench: Bench, request: OperationRequest, taskId: string | null): Promise<Notice | null> {
  return until(
    () => bench.attempt(() => bench.activities.askAboutOperation(askedBy(request, taskId))),
    (heard) => heard !== null,
  );
}

const sent = (bench: Bench, wanted: Kind) => bench.simulator.control.ledger().filter(({ kind }) => kind === wanted);

describe('while the source is dead', () => {
  it.each(['failover', 'failover-test'] as const)('a %s is submitted and comes to its end', (kind) =>
    withBench({}, async (bench) => {
      const { id } = await bench.protect();
      bench.simulator.control.setUp(bench.source, false);
      const request = requestOf(bench, kind, id);
      const { taskId } = await submit(bench, request);
      const notice = await noticeOf(bench, request, taskId);
      expect(notice).toMatchObject({
        ok: true,
        replication: { recoveryState: kind === 'failover' ? 'COMPLETE' : 'TEST' },
      });
      const { run, vm, site, peer, resumedAt } = request;
      const read = () => bench.activities.readReplication({ run, vm, site, peer, replicationId: id, resumedAt });
      expect(await bench.attempt(read)).toMatchObject({ recoveredVmId: notice?.replication?.recoveredVmId });
    }),
  );

  it('and a site that insists on the other login gets it, while there is one to be had', () =>
    withBench({ assumptions: { extensionNeeded: 'always' } }, async (bench) => {
      const { id } = await bench.protect();
      const request = requestOf(bench, 'failover', id);
      const { taskId } = await submit(bench, request);
      expect(await noticeOf(bench, request, taskId)).toMatchObject({ ok: true });
      expect(sent(bench, 'failover')).toHaveLength(1);
    }));
});

describe('when answers and tasks are lost', () => {
  it.each([
    ['failover-test', true],
    ['cleanup', false],
    ['failover', true],
  ] as const)('a %s is found by its effect, but where it may be somebody else’s (%s) a person decides', (kind, owned) =>
    withBench({ site: { reconcile: { settle: 100 } } }, async (bench) => {
      const { id } = await bench.protect();
      const { destination, source: peer } = bench;
      if (kind === 'cleanup')
        await bench.operate(destination, (site) => site.testFailover(id, { type: 'vcloud' }, { peer }));
      bench.simulator.control.setAssumptions(FORGETFUL);
      bench.simulator.control.addFaults({ operation: kind, kind: 'reset-after', times: 1 });
      const request = requestOf(bench, kind, id);
      await expect(submit(bench, request)).rejects.toMatchObject({
        type: 'SiteRefused',
        details: [{ code: 'Unreachable' }],
      });
      await until(
        async () => sent(bench, kind),
        (all) => all.every(({ outcome }) => outcome !== 'running'),
      );
      if (owned) await expect(submit(bench, request, 2)).rejects.toMatchObject({ type: 'Undecided' });
      const { taskId, adopted } = await submit(bench, { ...request, decided: owned }, 2);
      expect({ taskId, adopted }).toEqual({ taskId: null, adopted: true });
      expect(await noticeOf(bench, request, null)).toMatchObject({ ok: true });
      expect(sent(bench, kind)).toHaveLength(1);
    }),
  );

  it('a clean-up that met the test under way is none yet: what it turns out to be, its watch tells, which remembers for how long', () =>
    withBench({ site: { reconcile: { settle: 100 } } }, async (bench) => {
      const { id } = await bench.protect();
      const { destination, source: peer } = bench;
      // It is under way for half a minute then, and stands still from when that is seen.
      bench.simulator.control.setSpeed(1);
      await bench.at(destination).testFailover(id, { type: 'vcloud' }, { peer });
      await until(
        async () => bench.simulator.control.world().replications[0]?.recoveryState,
        (state) => state === 'IN_PROGRESS',
      );
      bench.simulator.control.setSpeed(0.01);
      const request = requestOf(bench, 'cleanup', id);
      expect(await submit(bench, request)).toMatchObject({ adopted: true, taskId: null });
      expect(await bench.attempt(() => bench.activities.askAboutOperation(askedBy(request, null)))).toBeNull();
    }));
});

describe('the body of', () => {
  const networks = {
    vAppNetworkSettings: { networkMappings: [{ sourceNetworkName: 'app', destinationOrgVdcNetwork: { id: 'n1' } }] },
    vmNetworkSettings: { primaryNicIndex: 0, nics: [{ nicIndex: 0, ipAddress: '10.0.0.5' }] },
  };
  const everything = { powerOn: false, consolidate: true, instanceId: 'replica-1', sync: true, ...networks };
  const common = { type: 'vcloud', powerOn: false, ...networks };
  const BODIES: [Kind, RecoveryBody, object][] = [
    ['migrate', everything, { ...common, consolidate: true }],
    ['failover', everything, { ...common, consolidate: true, instanceId: 'replica-1' }],
    ['failover-test', everything, { ...common, instanceId: 'replica-1' }],
    ['failover-test', { powerOn: true, consolidate: true, sync: true }, { type: 'vcloud', powerOn: true, sync: true }],
  ];

  it.each(BODIES)('%s has what the API takes there: %j', (kind, recovery, expected) =>
    withFake(
      ({ path }) => (path.startsWith('/sessions') ? null : { status: 202, body: runningTask('t1') }),
      async ({ fake, sites, lyon }) => {
        const asked = { client: {} as never, store: {} as never };
        const deps = { sites, ...asked, taskQueue: 'test', installation: 'bench', commands: {} };
        const request = { kind, replicationId: 'C4-1', peer: 'paris', recovery, vm: { id: 'v', name: 'web1' } };
        await send(lyon, request as OperationRequest, {}, deps);
        expect(fake.seen.find(({ path }) => path === `/vm-replications/C4-1/${kind}`)?.body).toEqual(expected);
      },
    ),
  );
});
