/** Protection, failover, reversal and the way back, judged by what the simulated sites say afterwards. */
import { expect } from '@jest/globals';
import type { Assumptions, VmChange } from '../../../simulator/index.js';
import { inShort } from '../../support/in-short.js';
import { withLab } from '../../support/lab.js';
import { inWaves } from '../../support/plans.js';
import { done, given, kinds, protection, replications, running, vmsAt } from '../../support/recoveries.js';
import { sharedLab } from '../../support/shared-lab.js';
import { shows } from '../../support/shows.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const withPart = sharedLab({ vms: 5 });

describe('a run of kind protect', () => {
  it.concurrent('is over when every VM has an instance that could be recovered, and touches no source', () =>
    withLab({ vms: 2 }, async (lab) => {
      const report = await given(lab, protection(lab));
      expect(replications(lab).map(({ state, recoveryState }) => [state, recoveryState])).toEqual([
        ['OK', 'NOT_STARTED'],
        ['OK', 'NOT_STARTED'],
      ]);
      expect(running(lab, lab.source)).toHaveLength(2);
      expect(report.vms.map(({ operations }) => operations.map(({ kind }) => kind))).toEqual([['start'], ['start']]);
    }));
});

describe('a run of kind failover', () => {
  it.concurrent('recovers protected VMs beside their sources, in the order of the waves, and measures what it cost', () =>
    withLab({ vms: 2 }, async (lab) => {
      await given(lab, protection(lab));
      const report = await given(lab, inWaves(lab.plan({ kind: 'failover' }), { db: 1, web: 1 }));
      expect(running(lab, lab.destination)).toHaveLength(2);
      expect(running(lab, lab.source)).toHaveLength(2);
      const [db, web] = report.vms;
      expect(Date.parse(db?.finishedAt ?? '')).toBeLessThanOrEqual(Date.parse(web?.startedAt ?? ''));
      for (const { rtoSeconds, rpoSeconds } of report.vms) {
        expect(rtoSeconds).toBeGreaterThan(0);
        expect(rpoSeconds).toBeGreaterThanOrEqual(0);
      }
    }));

  it.concurrent('works when the source site is dead', () =>
    withLab({ vms: 1 }, async (lab) => {
      await given(lab, protection(lab));
      lab.simulator.control.setUp(lab.source, false);
      await given(lab, lab.plan({ kind: 'failover' }));
      expect(running(lab, lab.destination)).toHaveLength(1);
    }));

  it.concurrent('of a VM that was off leaves it off, says so, and claims no RTO', () =>
    withPart(1, async (lab) => {
      await given(lab, protection(lab));
      const id = lab.plan().waves[0]?.vms[0]?.id;
      lab.simulator.control.setVms({ id, powerState: 'POWERED_OFF' });
      const plan = lab.plan({ kind: 'failover' });
      const report = await given(lab, { ...plan, cutover: { ...plan.cutover, powerOn: 'asSource' } });
      expect(running(lab, lab.destination)).toEqual([]);
      expect(report.vms[0]).toMatchObject({ rtoSeconds: null, rpoSeconds: expect.any(Number) });
      expect(report.vms[0]?.notes).toContainEqual(expect.stringMatching(/^Its copy is left off, since its source at /));
    }));

  it.concurrent('refuses, before anything is sent, what is paused, recovered, or not replicated at all', () =>
    withPart(1, async (lab) => {
      const unknown = await done(lab, lab.plan({ kind: 'failover' }));
      expect(unknown.vms[0]?.error).toMatchObject({ code: 'NoReplication', advice: expect.any(String) });
      await given(lab, protection(lab));
      await given(lab, lab.plan({ kind: 'failover' }));
      const again = await done(lab, lab.plan({ kind: 'failover' }));
      expect(again.vms[0]?.error?.code).toBe('AlreadyRecovered');
      expect(kinds(lab).filter((kind) => kind === 'failover')).toHaveLength(1);
    }));
});

describe('a reverse whose task failed though it was done', () => {
  it.concurrent('is judged by its replication, which stands at the other site by now', () =>
    withLab({ vms: 1 }, async (lab) => {
      await given(lab, protection(lab));
      await given(lab, lab.plan({ kind: 'failover' }));
      const { control } = lab.simulator;
      const [it] = replications(lab);
      const error = { code: 'OperationInProgress', msg: 'busy' };
      control.addFaults({ operation: 'reverse', kind: 'fail-task', times: 1, error });
      const { result } = await lab.start(lab.plan({ kind: 'reverse', confirm: 'removes-source' }));
      await until(
        async () => control.ledger(),
        (sent) => sent.some(({ kind, endedAt }) => kind === 'reverse' && endedAt != null),
      );
      // The run does not look before they are done, however long that takes.
      for (const operation of ['replication', 'replications'])
        control.addFaults({ id: operation, operation, kind: 'status', status: 503 });
      control.act({ operation: 'reverse', replicationId: it?.id ?? '', user: 'ann@acme' });
      await until(
        async () => control.ledger().filter(({ kind }) => kind === 'reverse'),
        (sent) => sent.length > 1 && sent[1]?.endedAt != null,
      );
      for (const id of ['replication', 'replications']) control.clearFaults(id);
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({
        state: 'succeeded',
        error: null,
        operations: [{ kind: 'reverse', result: 'failed' }],
      });
      expect(vm?.notes?.join()).toContain(`its replication at ${lab.source} shows that it was reversed`);
      expect(running(lab, lab.destination)).toHaveLength(1);
    }));
});

describe('a reverse, which removes the original,', () => {
  const COPIES: [string, Partial<VmChange>][] = [
    ['is off', { powerState: 'POWERED_OFF' }],
    ['was removed', { removed: true }],
  ];
  // What was removed does not run either.
  it.concurrent.each(inShort(COPIES, ([what]) => what === 'is off'))(
    'is not sent when that runs and what was recovered %s',
    (_what, change) =>
      withPart(1, async (lab) => {
        await given(lab, protection(lab));
        await given(lab, lab.plan({ kind: 'failover' }));
        const [copy] = vmsAt(lab, lab.destination);
        lab.simulator.control.setVms({ id: copy?.id ?? '', ...change });
        for (const kind of ['reverse', 'failback'] as const) {
          const [vm] = (await done(lab, lab.plan({ kind, confirm: 'removes-source' }))).vms;
          expect(vm).toMatchObject({ state: 'failed', error: { code: 'RecoveredNotRunning', operation: 'reverse' } });
        }
        expect(running(lab, lab.source)).toHaveLength(1);
        expect(kinds(lab)).not.toContain('reverse');
      }),
  );
});

describe('a reversed replication that', () => {
  const WAYS: [string, Partial<Assumptions>][] = [
    ['moves to its new home', {}],
    ['stays where it was', { reverseMovesHome: false }],
    ['gets a new id', { reverseChangesId: true }],
  ];

  // As a site is assumed to do it, a failback of a VM that was failed over meets it twice.
  it.concurrent.each(inShort(WAYS, ([, { reverseChangesId }]) => reverseChangesId === true))(
    '%s is found there, synced to the end, and goes home by failback',
    (_, assumptions) =>
      withLab({ vms: 1, assumptions }, async (lab) => {
        await given(lab, protection(lab));
        await given(lab, lab.plan({ kind: 'failover' }));
        await given(lab, lab.plan({ kind: 'reverse', confirm: 'removes-source' }));
        expect(replications(lab)).toMatchObject([
          { isReversed: true, recoveryState: 'NOT_STARTED', sourceSite: lab.destination, destinationSite: lab.source },
        ]);
        // The original source is gone, the recovered VM has taken its place.
        expect(vmsAt(lab, lab.source)).toEqual([]);
        expect(running(lab, lab.destination)).toHaveLength(1);

        const home = await given(lab, lab.plan({ kind: 'failback', confirm: 'removes-source' }));
        expect(home.vms[0]?.operations.map(({ kind }) => kind)).toEqual(['sync', 'migrate', 'reverse']);
        expect(replications(lab)).toMatchObject([
          { isReversed: false, recoveryState: 'NOT_STARTED', sourceSite: lab.source, destinationSite: lab.destination },
        ]);
        expect(running(lab, lab.source)).toHaveLength(1);
        expect(vmsAt(lab, lab.destination)).toEqual([]);
      }),
  );
});

describe('what earlier runs know of a VM', () => {
  it.concurrent('is how it is found after a person has reversed it, under other ids and another name', () =>
    withLab({ vms: 1, assumptions: { reverseChangesId: true } }, async (lab) => {
      await given(lab, protection(lab));
      const failedOver = await given(lab, lab.plan({ kind: 'failover' }));
      const { control } = lab.simulator;
      control.act({ operation: 'reverse', replicationId: failedOver.vms[0]?.replicationId ?? '', user: 'ann@acme' });
      const reversed = await until(
        async () => replications(lab)[0],
        (it) => it?.isReversed === true && it.state === 'OK',
      );
      control.setVms({ id: reversed?.vmId ?? '', name: 'another-name' });
      const home = await given(lab, lab.plan({ kind: 'failback', confirm: 'removes-source' }));
      expect(home.vms[0]?.operations.map(({ kind }) => kind)).toEqual(['sync', 'migrate', 'reverse']);
      expect(running(lab, lab.source)).toHaveLength(1);
      expect(vmsAt(lab, lab.destination)).toEqual([]);
    }));

  it.concurrent('a replication that shows another VM than the one that it recovered is not its own any more', () =>
    withLab({ vms: 2 }, async (lab) => {
      const other = vmsAt(lab, lab.source)[1]?.id;
      await given(lab, lab.plan({ kind: 'protect', replication: { rpo: 15 } }, 1));
      await given(lab, lab.plan({ kind: 'failover' }, 1));
      await given(lab, lab.plan({ kind: 'reverse', confirm: 'removes-source' }, 1));
      lab.simulator.control.trouble(replications(lab)[0]?.id ?? '', { vmId: other });
      const sent = kinds(lab);
      for (const kind of ['failback', 'failover'] as const) {
        const [vm] = (await done(lab, lab.plan({ kind, confirm: 'removes-source' }, 1))).vms;
        expect(vm).toMatchObject({ state: 'failed', error: { code: 'NameMismatch' } });
        expect(vm?.error?.message).toContain(other);
      }
      expect(kinds(lab)).toEqual(sent);
    }));

  it.concurrent('a VM that was never replicated is not taken for one of its name', () =>
    withLab({ vms: 2 }, async (lab) => {
      const [first, second] = lab.plan().waves[0]?.vms ?? [];
      if (first === undefined || second === undefined) throw new RangeError('the lab has two VMs');
      lab.simulator.control.setVms({ id: second.id, name: first.name });
      const only = (id: string) => ({ waves: [{ name: 'all', vms: [{ ...first, id }] }] });
      await given(lab, protection(lab, only(second.id)));
      const failedOver = await done(lab, lab.plan({ kind: 'failover', ...only(first.id) }));
      expect(failedOver.vms[0]?.error).toMatchObject({ code: 'NoReplication' });
      expect(kinds(lab)).not.toContain('failover');
    }));
});

describe('a site that never says that a replication is reversed', () => {
  it.concurrent('does not keep it from going home: its ends tell', () =>
    withLab({ vms: 1 }, async (lab) => {
      shows(lab, { isReversed: false });
      await given(lab, protection(lab));
      await given(lab, lab.plan({ kind: 'failover' }));
      const report = await given(lab, lab.plan({ kind: 'failback', confirm: 'removes-source' }));
      expect(report.vms[0]?.operations.map(({ kind }) => kind)).toEqual(['reverse', 'sync', 'migrate', 'reverse']);
    }));
});

describe('a run of kind reverse', () => {
  it.concurrent('is refused before anything is sent while the VM is not recovered', () =>
    withPart(1, async (lab) => {
      await given(lab, protection(lab));
      const report = await done(lab, lab.plan({ kind: 'reverse', confirm: 'removes-source' }));
      expect(report.vms[0]?.error).toMatchObject({ code: 'NotRecovered', advice: expect.any(String) });
      expect(kinds(lab)).not.toContain('reverse');
      expect(running(lab, lab.source)).toHaveLength(1);
    }));
});

describe('a run of kind failback', () => {
  it.concurrent('touches no other VM of which its replication shows to be once it was reversed', () =>
    withLab({ vms: 2 }, async (lab) => {
      const other = vmsAt(lab, lab.source)[1];
      await given(lab, lab.plan({ kind: 'protect', replication: { rpo: 15 } }, 1));
      await given(lab, lab.plan({ kind: 'failover' }, 1));
      lab.simulator.control.trouble(replications(lab)[0]?.id ?? '', { vmIdOnceReversed: other?.id });
      const [vm] = (await done(lab, lab.plan({ kind: 'failback', confirm: 'removes-source' }, 1))).vms;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'WrongReplication' } });
      expect(vm?.error?.message).toContain(`${other?.name} (${other?.id})`);
      expect(vm?.recoveredAs).not.toContain(other?.id);
      expect(kinds(lab).filter((kind) => kind === 'reverse' || kind === 'migrate')).toEqual(['reverse']);
    }));

  it.concurrent('of a VM that was failed over: reverse, planned migration, reverse', () =>
    withLab({ vms: 1 }, async (lab) => {
      await given(lab, protection(lab));
      await given(lab, lab.plan({ kind: 'failover' }));
      const report = await given(lab, lab.plan({ kind: 'failback', confirm: 'removes-source' }));
      expect(report.vms[0]?.operations.map(({ kind }) => kind)).toEqual(['reverse', 'sync', 'migrate', 'reverse']);
      expect(running(lab, lab.source)).toHaveLength(1);
      expect(vmsAt(lab, lab.destination)).toEqual([]);
    }));
});
