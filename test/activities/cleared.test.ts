/**
 * A person with Drover's own login, at a site that ignores operation ids: what they do after an operation was looked for in
 * vain, or so late that no try of it can have arrived, is not taken for it, though it was sent once and its answer was lost.
 */
import { describe, expect, it } from '@jest/globals';
import { latestOf, mayBeAnybodys } from '../../activities/latest-start.js';
import { MEASURED } from '../../activities/task-match.js';
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

/** Of an activity before, whose last try that may have arrived was over so long ago. */
const triedLongAgo = (absent: boolean) => ({ absent, triedUntil: Date.now() - 10 * 60_000 });

describe.each(['failover-test', 'failover'] as const)(
  'a %s of a person with Drover’s login, at a site whose clock nothing has measured',
  (kind) => {
    async function doneByHand(bench: Bench) {
      const { id } = await bench.protect();
      const body = { type: 'vcloud', powerOn: true };
      bench.simulator.control.act({ operation: kind, replicationId: id, user: 'ops@acme', body });
      await until(
        async () => bench.simulator.control.world().replications[0]?.recoveryState,
        (state) => state === (kind === 'failover' ? 'COMPLETE' : 'TEST'),
      );
      return bench.request({ kind, replicationId: id, recovery: { powerOn: true, consolidate: false } });
    }

    it('is asked about where it is seen for the first time long after Drover’s last try', () =>
      withBench(BLIND, async (bench) => {
        const request = { ...(await doneByHand(bench)), mayBeSent: triedLongAgo(false) };
        const asked = { type: 'Undecided', message: expect.stringContaining('cannot be told') };
        await expect(bench.attempt(() => bench.activities.submitOperation(request))).rejects.toMatchObject(asked);
        await expect(bench.attempt(() => bench.activities.adoptOperation(request))).rejects.toMatchObject(asked);
        expect(bench.simulator.control.ledger().filter((entry) => entry.kind === kind)).toHaveLength(1);
      }));

    it('is asked about where a try of Drover’s was accepted and failed, which is known by its task', () =>
      withBench(BLIND, async (bench) => {
        const request = { ...(await doneByHand(bench)), repeats: true };
        await expect(bench.attempt(() => bench.activities.submitOperation(request))).rejects.toMatchObject({
          type: 'Undecided',
        });
        expect(bench.simulator.control.ledger().filter((entry) => entry.kind === kind)).toHaveLength(1);
      }));
  },
);

/** What the worker has sent before tells it the site's clock. */
async function measureClock(bench: Bench, replicationId: string): Promise<void> {
  const sync = bench.request({ kind: 'sync', replicationId });
  await bench.attempt(() => bench.activities.submitOperation(sync));
  await until(
    async () => bench.simulator.control.ledger().find(({ kind }) => kind === 'sync')?.outcome,
    (outcome) => outcome === 'succeeded',
  );
}

/** As if so long passed at the site before anybody does anything there. */
const waitAtSite = ({ simulator, destination }: Bench, offsetMs: number) =>
  simulator.control.setClock(destination, { offsetMs });

describe.each(['failover-test', 'failover'] as const)(
  'a %s of a person with Drover’s login, while Drover’s own was cut',
  (kind) => {
    async function cutThenDone(bench: Bench, offsetMs: number) {
      const { control } = bench.simulator;
      const { id } = await bench.protect();
      await measureClock(bench, id);
      const recovery = { powerOn: true, consolidate: false };
      const request = bench.request({ kind, replicationId: id, recovery });
      const attempt = attemptsOf(bench, request);
      control.addFaults({ operation: kind, kind: 'reset-before', times: 1 });
      await expect(attempt()).rejects.toMatchObject({ type: 'SiteRefused' });
      waitAtSite(bench, offsetMs);
      control.act({ operation: kind, replicationId: id, user: 'ops@acme', body: { type: 'vcloud', powerOn: true } });
      await until(
        async () => control.world().replications[0]?.recoveryState,
        (state) => state === (kind === 'failover' ? 'COMPLETE' : 'TEST'),
      );
      return { request, attempt };
    }

    it('is asked about where no try of Drover’s can have begun so late, a dead attempt’s or a stopped one’s neither', () =>
      withBench(BLIND, async (bench) => {
        const { request, attempt } = await cutThenDone(bench, 10 * 60_000);
        const asked = { type: 'Undecided', message: expect.stringContaining('began after this run’s last try') };
        await expect(attempt()).rejects.toMatchObject(asked);
        const died = { attempt: 2, heartbeatDetails: { attempt: 1, acted: 'unknown' } };
        await expect(bench.attempt(() => bench.activities.submitOperation(request), died)).rejects.toMatchObject(asked);
        const stopped = { ...request, mayBeSent: { absent: false, triedUntil: Date.now() } };
        await expect(bench.attempt(() => bench.activities.adoptOperation(stopped))).rejects.toMatchObject(asked);
        expect(bench.simulator.control.ledger().filter((entry) => entry.kind === kind)).toHaveLength(1);
      }));

    it('is taken for Drover’s where that can have begun as late', () =>
      withBench(BLIND, async (bench) => {
        const { attempt } = await cutThenDone(bench, 1_000);
        expect(await attempt()).toMatchObject({ adopted: true, preexisting: false });
      }));
  },
);

async function startByHand({ source, destination, simulator, vms }: Bench): Promise<void> {
  const vmId = vms[0]?.id ?? '';
  simulator.control.act({
    operation: 'start',
    user: 'ops@acme',
    body: {
      source: { type: 'vm', site: source, vmId, excludedDiskKeys: null },
      destination: { type: 'vcloud', site: destination, vdc: siteVdcId(destination), storageProfile: '*' },
      rpo: 1_440,
      retentionPolicy: { rules: [{ numberOfInstances: 24, distance: 0 }] },
      isMigration: true,
    },
  });
  await until(
    async () => simulator.control.world().replications.find((one) => one.vmId === vmId)?.state,
    (state) => state === 'OK',
  );
}

describe('a start of a person with Drover’s login', () => {
  it('that began when no try of Drover’s can have begun is asked about', () =>
    withBench({ ...BLIND, assumptions: { ...BLIND.assumptions, description: 'dropped' } }, async (bench) => {
      await measureClock(bench, (await bench.protect(1)).id);
      const attempt = attemptsOf(bench, startOf(bench, 0));
      bench.simulator.control.addFaults({ operation: 'start', kind: 'reset-before', times: 1 });
      await expect(attempt()).rejects.toMatchObject({ type: 'SiteRefused' });
      waitAtSite(bench, 10 * 60_000);
      await startByHand(bench);
      await expect(attempt()).rejects.toMatchObject({ type: 'Undecided' });
    }));

  it('is asked about at a site whose clock nothing has measured, where Drover’s last try is long over', () =>
    withBench({ ...BLIND, assumptions: { ...BLIND.assumptions, description: 'dropped' } }, async (bench) => {
      await startByHand(bench);
      const start = startOf(bench, 0, { mayBeSent: triedLongAgo(true) });
      await expect(bench.attempt(() => bench.activities.submitOperation(start))).rejects.toMatchObject({
        type: 'Undecided',
      });
    }));

  it('after Drover’s was looked for in vain is asked about, and not taken for it', () =>
    withBench({ ...BLIND, assumptions: { ...BLIND.assumptions, description: 'dropped' } }, async (bench) => {
      const attempt = attemptsOf(bench, startOf(bench, 0));
      await lostThenLookedFor(bench, 'start', attempt);
      await startByHand(bench);
      await expect(attempt()).rejects.toMatchObject({ type: 'Undecided' });
    }));
});

describe('a task under Drover’s login', () => {
  const MINUTE = 60_000;
  const tried = Date.parse('2026-12-05T22:00:00Z');
  /** the site is three hours ahead, give or take a second */
  const clock = { least: 180 * MINUTE - 1_000, most: 180 * MINUTE + 1_000 };
  const of = latestOf(tried, MINUTE, clock);
  const latest = of.latestStart ?? Number.NaN;
  const unmeasured = latestOf(tried, MINUTE, null);
  const seen = tried + MINUTE;

  it('can be of a try until that was over, for as long as a request may take, by the site’s clock as it may be off', () => {
    expect(latest - clock.most - tried).toBe(MINUTE + MEASURED);
  });

  it.each([
    ['by the end of its time', latest, of, seen + 1, false],
    ['later', latest + 1, of, seen, true],
    ['at no time that is one, and was seen in time', 1e18, of, seen, false],
    ['at no time that is one, and was seen later', 1e18, of, seen + 1, true],
    ['at a time that is not told, and was seen later', null, of, seen + 1, true],
    ['in time, but after it was looked for in vain', tried, { ...of, cleared: true }, seen, true],
    ['at a site whose clock is not known, and was seen in time', latest + 1, unmeasured, seen, false],
    ['at a site whose clock is not known, and was seen later', tried, unmeasured, seen + 1, true],
    ['where the end of the tries is not known', latest + 1, latestOf(undefined, MINUTE, clock), seen + 1, false],
    ['where nothing is known of tries', latest + 1, undefined, seen + 1, false],
  ] as const)('may be anybody’s only as its time allows: it began %s', (_, startTime, known, now, expected) => {
    const mayBeSent = known === undefined ? {} : { mayBeSent: { absent: false, ...known } };
    expect(mayBeAnybodys({ startTime }, mayBeSent, now)).toBe(expected);
  });
});
