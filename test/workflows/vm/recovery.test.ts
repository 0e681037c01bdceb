/** Protection, failover, reversal and the way back, judged by what the simulated sites say afterwards. */
import { expect } from '@jest/globals';
import { approveUpdate } from '../../../contract/messages.js';
import { runWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import type { Plan } from '../../../plan/types.js';
import type { Assumptions, VmChange } from '../../../simulator/index.js';
import { type Lab, type LabOptions, withLab } from '../../support/lab.js';
import { inWaves } from '../../support/plans.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const protection = (lab: Lab, change: Partial<Plan> = {}): Plan =>
  lab.plan({ kind: 'protect', replication: { rpo: 15 }, ...change });

async function done(lab: Lab, plan: Plan): Promise<RunReport> {
  const { result } = await lab.start(plan);
  return result();
}

/** A run that must succeed before the one that a test is about. */
async function given(lab: Lab, plan: Plan): Promise<RunReport> {
  const report = await done(lab, plan);
  expect(report.vms.map(({ error }) => error)).toEqual(report.vms.map(() => null));
  expect(report.state).toBe('succeeded');
  return report;
}

const replications = (lab: Lab) => lab.simulator.control.world().replications;
const vmsAt = (lab: Lab, site: string) => lab.simulator.control.world().sites[site]?.vms ?? [];
const running = (lab: Lab, site: string): string[] =>
  vmsAt(lab, site)
    .filter(({ powerState }) => powerState === 'POWERED_ON')
    .map(({ name }) => name)
    .sort();
const kinds = (lab: Lab): string[] => lab.simulator.control.ledger().map(({ kind }) => kind);

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
    withLab({ vms: 1 }, async (lab) => {
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
    withLab({ vms: 1 }, async (lab) => {
      const unknown = await done(lab, lab.plan({ kind: 'failover' }));
      expect(unknown.vms[0]?.error).toMatchObject({ code: 'NoReplication', advice: expect.any(String) });
      await given(lab, protection(lab));
      await given(lab, lab.plan({ kind: 'failover' }));
      const again = await done(lab, lab.plan({ kind: 'failover' }));
      expect(again.vms[0]?.error?.code).toBe('AlreadyRecovered');
      expect(kinds(lab).filter((kind) => kind === 'failover')).toHaveLength(1);
    }));
});

/** As a person does it: the lab's one VM is failed over and reversed. */
async function reverse(lab: Lab, replicationId: string | null): Promise<void> {
  for (const [operation, is] of [
    ['failover', { recoveryState: 'COMPLETE' }],
    ['reverse', { isReversed: true, state: 'OK' }],
  ] as const) {
    lab.simulator.control.act({ operation, replicationId: replicationId ?? '', user: 'ann@acme' });
    await until(
      async () => replications(lab)[0],
      (it) => Object.entries(is).every(([key, value]) => it?.[key as keyof typeof it] === value),
    );
  }
}

/** Where a replication lives that was reversed. */
const HOMES = [
  ['at its new destination', {}],
  ['where it was, its mark lost', { reverseMovesHome: false, description: 'dropped' }],
] satisfies [string, Partial<Assumptions>][];

describe('what a person does while a failover waits at its gate', () => {
  it.concurrent.each(HOMES)(
    'is not undone by it: a VM that was failed over and reversed stays where it is, its replication %s',
    (_, assumptions) =>
      withLab({ vms: 1, assumptions }, async (lab) => {
        const [{ replicationId } = { replicationId: null }] = (await given(lab, protection(lab))).vms;
        const plan = lab.plan({ kind: 'failover', cutover: { ...lab.plan().cutover, approval: 'wave' } });
        const { run, report, result } = await lab.start(plan);
        await until(report, ({ vms }) => vms[0]?.waitingFor === 'approval');
        await reverse(lab, replicationId);
        await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });
        const [vm] = (await result()).vms;
        expect(vm).toMatchObject({ state: 'failed', error: { code: 'DoneByOthers' } });
        expect(vm?.error?.message).toContain(`replicated to ${lab.source} by now`);
        expect(running(lab, lab.source)).toEqual([]);
        expect(running(lab, lab.destination)).toHaveLength(1);
      }),
  );
});

const GATED = [
  ...HOMES.map(([home, assumptions]): [string, LabOptions] => [home, { assumptions }]),
  ['at its new destination, and may be missing for no time', { site: { missingFor: 0 } }],
] satisfies [string, LabOptions][];

describe('what a person does while a migration waits at its gate', () => {
  it.concurrent.each(GATED)(
    'is told: a VM that was failed over and reversed meanwhile runs there, its replication %s',
    (_, options) =>
      withLab({ vms: 1, ...options }, async (lab) => {
        const plan = lab.plan({ cutover: { ...lab.plan().cutover, approval: 'wave' } });
        const { run, report, result } = await lab.start(plan);
        const { vms } = await until(report, (r) => r.vms[0]?.waitingFor === 'approval');
        const { replicationId = null } = vms[0] ?? {};
        await reverse(lab, replicationId);
        await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });
        const [vm] = (await result()).vms;
        expect(vm).toMatchObject({ state: 'failed', error: { code: 'DoneByOthers' } });
        expect(vm?.error?.message).toContain(`replicated from ${lab.destination} to ${lab.source} by now, reversed`);
        expect(running(lab, lab.source)).toEqual([]);
        expect(running(lab, lab.destination)).toHaveLength(1);
      }),
  );
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
      control.act({ operation: 'reverse', replicationId: it?.id ?? '', user: 'ann@acme' });
      await until(
        async () => control.ledger().filter(({ kind }) => kind === 'reverse'),
        (sent) => sent.length > 1 && sent[1]?.endedAt != null,
      );
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

describe('a failover of a replication that goes to another VDC than the plan names', () => {
  const ELSEWHERE = '0f0f0f0f-0000-4000-8000-000000000001';
  function retarget(lab: Lab): void {
    const members = { destination: { site: lab.destination, vdcId: ELSEWHERE, vdcName: 'spare' } };
    lab.simulator.control.addFaults(
      { kind: 'unreadable', operation: 'replication', members },
      { kind: 'unreadable', operation: 'replications', members },
    );
  }
  const told = (lab: Lab) =>
    expect.stringMatching(new RegExp(`VDC ${ELSEWHERE} \\(spare\\), and the plan says ${lab.plan().destination.vdc}`));

  it.concurrent('is told before its gate, and uses it', () =>
    withLab({ vms: 1 }, async (lab) => {
      await given(lab, protection(lab));
      retarget(lab);
      const plan = lab.plan({ kind: 'failover', cutover: { ...lab.plan().cutover, approval: 'wave' } });
      const { run, report, result } = await lab.start(plan);
      const waiting = await until(report, ({ vms }) => vms[0]?.waitingFor === 'approval');
      expect(waiting.vms[0]?.notes).toEqual([told(lab)]);
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });
      expect((await result()).vms[0]).toMatchObject({ state: 'succeeded', notes: expect.arrayContaining([told(lab)]) });
    }));

  it.concurrent('is told of one that somebody has retargeted while it waited at its gate', () =>
    withLab({ vms: 1 }, async (lab) => {
      await given(lab, protection(lab));
      const plan = lab.plan({ kind: 'failover', cutover: { ...lab.plan().cutover, approval: 'wave' } });
      const { run, report, result } = await lab.start(plan);
      const waiting = await until(report, ({ vms }) => vms[0]?.waitingFor === 'approval');
      expect(waiting.vms[0]?.notes ?? []).toEqual([]);
      retarget(lab);
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });
      expect((await result()).vms[0]?.notes).toContainEqual(told(lab));
    }));
});

describe('a reverse, which removes the original,', () => {
  const COPIES: [string, Partial<VmChange>][] = [
    ['is off', { powerState: 'POWERED_OFF' }],
    ['was removed', { removed: true }],
  ];
  it.concurrent.each(COPIES)('is not sent when that runs and what was recovered %s', (_what, change) =>
    withLab({ vms: 1 }, async (lab) => {
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

  it.concurrent.each(WAYS)('%s is found there, synced to the end, and goes home by failback', (_, assumptions) =>
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
      expect(home.vms[0]?.operations.map(({ kind }) => kind)).toEqual(['migrate', 'reverse']);
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
      expect(home.vms[0]?.operations.map(({ kind }) => kind)).toEqual(['migrate', 'reverse']);
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
      lab.simulator.control.addFaults(
        { kind: 'unreadable', operation: 'replication', members: { isReversed: false } },
        { kind: 'unreadable', operation: 'replications', members: { isReversed: false } },
      );
      await given(lab, protection(lab));
      await given(lab, lab.plan({ kind: 'failover' }));
      const report = await given(lab, lab.plan({ kind: 'failback', confirm: 'removes-source' }));
      expect(report.vms[0]?.operations.map(({ kind }) => kind)).toEqual(['reverse', 'migrate', 'reverse']);
    }));
});

describe('a run of kind reverse', () => {
  it.concurrent('is refused before anything is sent while the VM is not recovered', () =>
    withLab({ vms: 1 }, async (lab) => {
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
      expect(report.vms[0]?.operations.map(({ kind }) => kind)).toEqual(['reverse', 'migrate', 'reverse']);
      expect(running(lab, lab.source)).toHaveLength(1);
      expect(vmsAt(lab, lab.destination)).toEqual([]);
    }));
});
