/** What a person starts for a VM while it is not known whether a start of ours has arrived. */
import { describe, expect, it } from '@jest/globals';
import { LOOK_FOR } from '../../activities/last-look.js';
import { describe as described } from '../../activities/mark.js';
import type { OperationRequest } from '../../contract/operation.js';
import { siteVdcId } from '../../simulator/index.js';
import { until } from '../support/until.js';
import { type Bench, INSTALLATION, submit, withBench } from './support/bench.js';
import { startOf } from './support/start-of.js';

const QUICK = { site: { reconcile: { settle: 100 } } };
/** At a site that tells least of its tasks. */
const BLIND = { operationIdFilter: 'ignored', startTaskNamesVm: false } as const;

const control = (bench: Bench) => bench.simulator.control;
const sentBy = (bench: Bench, user: string) =>
  control(bench)
    .ledger()
    .flatMap((entry) => (entry.user === user ? [entry.kind] : []));

describe('a start that is kept waiting between its look and the moment at which it is sent', () => {
  it('looks once more, and sends nothing where somebody has begun', () =>
    withBench({ site: { timeouts: { connect: 10_000, request: 60_000 } } }, async (bench) => {
      const { simulator, source, destination, vms } = bench;
      const vmId = vms[0]?.id;
      // Longer than a look is good for.
      simulator.control.addFaults({ operation: 'extend', kind: 'delay', delayMs: LOOK_FOR + 1_000, times: 1 });
      const attempt = submit(bench, startOf(bench, 0));
      attempt.catch(() => undefined);
      await until(
        async () => simulator.control.faults(),
        ([fault]) => fault?.struck === 1,
      );
      const to = { type: 'vcloud', site: destination, vdc: siteVdcId(destination), storageProfile: '*' };
      const body = { source: { type: 'vm', site: source, vmId }, destination: to, isMigration: true };
      simulator.control.act({ operation: 'start', user: 'ann@acme', body });
      await expect(attempt).rejects.toThrow(/was not sent/);
      expect(sentBy(bench, 'ops@acme')).toEqual([]);
    }));
});

describe('a start whose window closes between its look and the moment at which it is sent', () => {
  it('is not sent', () =>
    withBench({ site: { timeouts: { connect: 10_000, request: 60_000 } } }, async (bench) => {
      /** On a machine on which it is over before anything waits, it is open for longer. @param open ms */
      async function kept(open: number): Promise<void> {
        control(bench).clearFaults();
        control(bench).addFaults({ operation: 'extend', kind: 'delay', delayMs: open, times: 1 });
        await expect(submit(bench, startOf(bench, 0, { notAfter: Date.now() + open }))).rejects.toMatchObject({
          type: 'TooLate',
          nonRetryable: true,
          message: expect.stringContaining('was not sent: its window closed at'),
        });
        if (control(bench).faults()[0]?.struck !== 1) await kept(3 * open);
      }
      await kept(1_500);
      expect(sentBy(bench, 'ops@acme')).toEqual([]);
    }));
});

describe('a start that was cut before it arrived', () => {
  const bodyOf = (bench: Bench) => ({
    source: { type: 'vm', site: bench.source, vmId: bench.vms[0]?.id, excludedDiskKeys: null },
    destination: {
      type: 'vcloud',
      site: bench.destination,
      vdc: siteVdcId(bench.destination),
      storageProfile: '*',
    },
    isMigration: true,
  });

  async function cutThenAnn(bench: Bench, isOver: boolean, change: Partial<OperationRequest> = {}, user = 'ann@acme') {
    control(bench).addFaults({ operation: 'start', kind: 'reset-before', times: 1 });
    const request = startOf(bench, 0, change);
    await expect(submit(bench, request)).rejects.toMatchObject({ type: 'SiteRefused' });
    if (!isOver) control(bench).setSpeed(0.01);
    control(bench).act({ operation: 'start', user, body: bodyOf(bench) });
    if (isOver)
      await until(
        async () =>
          control(bench)
            .world()
            .replications.find(({ vmId }) => vmId === bench.vms[0]?.id)?.state,
        (state) => state === 'OK',
      );
    return request;
  }

  const absent = { heartbeatDetails: { attempt: 1, acted: 'unknown', absent: true }, attempt: 2 };

  describe.each([
    ['filters by operation id', {}],
    ['names VMs in its tasks', { operationIdFilter: 'ignored', startTaskResource: 'vmId' }],
    ['names replications in its tasks', { operationIdFilter: 'ignored', startTaskResource: 'replicationId' }],
    ['tells least', BLIND],
  ] as const)('at a site that %s', (_, assumptions) => {
    it.each([true, false])('takes no replication of a person for its own; it is there: %s', (isOver) =>
      withBench({ ...QUICK, assumptions }, async (bench) => {
        const request = await cutThenAnn(bench, isOver);
        await expect(bench.attempt(() => bench.activities.submitOperation(request), absent)).rejects.toMatchObject({
          type: 'ReplicationNotOurs',
          message: expect.stringContaining('ann@acme'),
        });
        expect(sentBy(bench, 'ops@acme')).toEqual([]);
      }),
    );
  });

  it.each([true, false])('takes none of a person with its own login for its own; it is there: %s', (isOver) =>
    withBench(QUICK, async (bench) => {
      const request = await cutThenAnn(bench, isOver, {}, 'ops@acme');
      const again = bench.attempt(() => bench.activities.submitOperation(request), absent);
      await expect(again).rejects.toMatchObject({ type: 'Undecided' });
      expect(await bench.attempt(() => bench.activities.adoptOperation(request))).toBeNull();
    }),
  );

  it('leaves nothing behind that a stop would have to remove', () =>
    withBench(QUICK, async (bench) => {
      const request = await cutThenAnn(bench, true, { mayBeSent: { absent: true } });
      expect(await bench.attempt(() => bench.activities.adoptOperation(request))).toBeNull();
    }));

  it('and whose maker no task tells is a person’s where the site keeps marks, else asked about', () =>
    withBench(QUICK, async (bench) => {
      const { id } = await bench.protect(1);
      const request = await cutThenAnn(bench, true);
      control(bench).setAssumptions({ tasksForgottenAfter: 0, operationIdFilter: 'ignored' });
      await until(
        () => bench.at(bench.destination).tasks({}),
        (tasks) => tasks.length === 0,
      );
      const again = () => bench.attempt(() => bench.activities.submitOperation(request), absent);
      await expect(again()).rejects.toMatchObject({ type: 'Undecided' });
      const unit = { run: 'other', unit: bench.vms[1]?.id ?? '', operationId: 'drover/other' };
      control(bench).trouble(id, { settings: { description: described(INSTALLATION, unit, '') } });
      await expect(again()).rejects.toMatchObject({ type: 'ReplicationNotOurs' });
    }));
});
