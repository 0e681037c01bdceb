/**
 * A person with Drover's own login, at a site that ignores operation ids: what they do after an operation was looked for in
 * vain is not taken for it, though it was sent once and its answer was lost.
 */
import { describe, expect, it } from '@jest/globals';
import { siteVdcId } from '../../simulator/index.js';
import { until } from '../support/until.js';
import { type AttemptInfo, type Bench, withBench } from './support/bench.js';
import { startOf } from './support/start-of.js';

const BLIND = { site: { reconcile: { settle: 100 } }, assumptions: { operationIdFilter: 'ignored' } } as const;

/** Attempts of one activity, each with what the one before has left, as Temporal keeps it. */
function attemptsOf(bench: Bench, request: Parameters<Bench['activities']['submitOperation']>[0]) {
  let attempt = 0;
  let heartbeatDetails: unknown;
  return () => {
    attempt += 1;
    const info: AttemptInfo = { attempt, heartbeatDetails, onHeartbeat: (details) => (heartbeatDetails = details) };
    return bench.attempt(() => bench.activities.submitOperation(request), info);
  };
}

/** One that was cut, and one that looked for it in vain and was then refused by something before the site. */
async function lostThenLookedFor(bench: Bench, operation: string, attempt: () => Promise<unknown>) {
  const { control } = bench.simulator;
  control.addFaults({ id: 'cut', operation, kind: 'reset-before', times: 1 });
  await expect(attempt()).rejects.toMatchObject({ type: 'SiteRefused' });
  control.addFaults({ id: 'busy', operation, kind: 'status', status: 429, times: 1 });
  await expect(attempt()).rejects.toMatchObject({ type: 'SiteRefused' });
}

describe.each(['failover-test', 'failover'] as const)('a %s of a person with Drover’s login', (kind) => {
  it('after Drover’s was looked for in vain is asked about, and not taken for it', () =>
    withBench(BLIND, async (bench) => {
      const { id } = await bench.protect();
      const recovery = { powerOn: true, consolidate: false };
      const attempt = attemptsOf(bench, bench.request({ kind, replicationId: id, recovery }));
      await lostThenLookedFor(bench, kind, attempt);
      const body = { type: 'vcloud', powerOn: true };
      bench.simulator.control.act({ operation: kind, replicationId: id, user: 'ops@acme', body });
      await until(
        async () => bench.simulator.control.world().replications[0]?.recoveryState,
        (state) => state === (kind === 'failover' ? 'COMPLETE' : 'TEST'),
      );
      await expect(attempt()).rejects.toMatchObject({ type: 'Undecided' });
      expect(bench.simulator.control.ledger().filter((entry) => entry.kind === kind)).toHaveLength(1);
    }));

  it('that Drover itself has sent after that is its own, its answer lost once more', () =>
    withBench(BLIND, async (bench) => {
      const { id } = await bench.protect();
      const recovery = { powerOn: true, consolidate: false };
      const attempt = attemptsOf(bench, bench.request({ kind, replicationId: id, recovery }));
      await lostThenLookedFor(bench, kind, attempt);
      bench.simulator.control.addFaults({ operation: kind, kind: 'reset-after', times: 1 });
      await expect(attempt()).rejects.toMatchObject({ type: 'SiteRefused' });
      await until(
        async () => bench.simulator.control.ledger().find((entry) => entry.kind === kind)?.outcome,
        (outcome) => outcome === 'succeeded',
      );
      expect(await attempt()).toMatchObject({ adopted: true, preexisting: false });
    }));
});

describe('a start of a person with Drover’s login', () => {
  it('after Drover’s was looked for in vain is asked about, and not taken for it', () =>
    withBench({ ...BLIND, assumptions: { ...BLIND.assumptions, description: 'dropped' } }, async (bench) => {
      const attempt = attemptsOf(bench, startOf(bench, 0));
      await lostThenLookedFor(bench, 'start', attempt);
      const { source, destination, simulator, vms } = bench;
      simulator.control.act({
        operation: 'start',
        user: 'ops@acme',
        body: {
          source: { type: 'vm', site: source, vmId: vms[0]?.id ?? '', excludedDiskKeys: null },
          destination: { type: 'vcloud', site: destination, vdc: siteVdcId(destination), storageProfile: '*' },
          rpo: 1_440,
          retentionPolicy: { rules: [{ numberOfInstances: 24, distance: 0 }] },
          isMigration: true,
        },
      });
      await until(
        async () => simulator.control.world().replications[0]?.state,
        (state) => state === 'OK',
      );
      await expect(attempt()).rejects.toMatchObject({ type: 'Undecided' });
    }));
});
