/**
 * A person starts another replication of a VM while Drover works with its own, at a site that takes a second: Drover's goes on,
 * by its id and mark, the person's is named where it makes a difference, and is neither worked with nor removed.
 */
import { expect } from '@jest/globals';
import { siteStatusQuery } from '../../../contract/messages.js';
import { siteWorkflowId } from '../../../contract/names.js';
import type { VmReport } from '../../../contract/report.js';
import type { Plan } from '../../../plan/types.js';
import { siteVdcId } from '../../../simulator/index.js';
import { drillOf, protect, startDrill, testCopies } from '../../support/drills.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, type LabOptions, withLab } from '../../support/lab.js';
import { atApproval, given, protection, replications } from '../../support/recoveries.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

/** Where a site drops marks, ids and tasks tell. */
const MARKS = [
  ['that keeps marks', { vms: 1, assumptions: { secondReplication: 'allowed' } }],
  ['that drops marks', { vms: 1, assumptions: { secondReplication: 'allowed', description: 'dropped' } }],
] as const satisfies [string, LabOptions][];

const firstVm = (lab: Lab): string => lab.plan().waves[0]?.vms[0]?.id ?? '';

/** Of the VM, from where it runs; waits for its first copy. @returns its id */
async function another(lab: Lab, vmId = firstVm(lab), isHome = true): Promise<string> {
  const [from, to] = isHome ? [lab.source, lab.destination] : [lab.destination, lab.source];
  const before = new Set(replications(lab).map(({ id }) => id));
  const destination = { type: 'vcloud', site: to, vdc: siteVdcId(to), storageProfile: '*' };
  const body = { source: { type: 'vm', site: from, vmId }, destination, isMigration: false, rpo: 60 };
  lab.simulator.control.act({ operation: 'start', user: 'ann@acme', body });
  const made = await until(
    async () => replications(lab).find(({ id }) => !before.has(id)),
    (one) => one?.state === 'OK' || one?.state === 'POWERED_OFF',
  );
  return made?.id ?? '';
}

/** What Drover has sent for it. */
const sentFor = (lab: Lab, replicationId: string): string[] =>
  lab.simulator.control
    .ledger()
    .flatMap(({ user, kind, replicationId: id, taskId }) =>
      user === 'ops@acme' && id === replicationId && taskId !== null && kind !== 'power-off' ? [kind] : [],
    );

function expectUntouched(lab: Lab, theirs: string, vm: VmReport | undefined): void {
  expect(vm).toMatchObject({ state: 'succeeded', error: null });
  expect(vm?.replicationId).not.toBe(theirs);
  expect(sentFor(lab, theirs)).toEqual([]);
  expect(replications(lab).find(({ id }) => id === theirs)?.recoveryState).toBe('NOT_STARTED');
}

const named = (theirs: string) => expect.arrayContaining([expect.stringContaining(`the VM has ${theirs} at`)]);

/** A run whose VM waits for its approval. @returns approves, and tells what became of it */
async function gated(lab: Lab, change: Partial<Plan>) {
  const { approve, result } = await atApproval(lab, change);
  return async () => {
    await approve();
    return (await result()).vms[0];
  };
}

/** Where marks are dropped as well, nothing would tell the two apart. */
describe(`a second replication of a VM, at a site ${MARKS[0][0]},`, () => {
  it.concurrent('that is begun while its copy runs, whose start names nothing', () =>
    withLab({ ...MARKS[0][1], speed: 1 }, async (lab) => {
      const { control } = lab.simulator;
      control.setVms({ id: firstVm(lab), usedBytes: 20e9 });
      control.addFaults({
        kind: 'odd-task',
        operation: 'start',
        times: 1,
        task: { result: {}, lastsUntil: 'synced' },
      });
      const { result } = await lab.start(lab.plan());
      await until(
        async () => replications(lab),
        (all) => all.length === 1,
      );
      const own = replications(lab)[0]?.id;
      const making = another(lab);
      control.setSpeed(200);
      const theirs = await making;
      const [vm] = (await result()).vms;
      expectUntouched(lab, theirs, vm);
      expect(vm).toMatchObject({ replicationId: own, notes: named(theirs) });
    }));
});

// Where least tells the two apart.
for (const [site, options] of inShort(MARKS, ([name]) => name === 'that drops marks')) {
  describe(`a second replication of a VM, at a site ${site},`, () => {
    it.concurrent('that is begun while a migration waits at its gate', () =>
      withLab(options, async (lab) => {
        const approved = await gated(lab, {});
        const theirs = await another(lab);
        const vm = await approved();
        expectUntouched(lab, theirs, vm);
        expect(vm?.notes).toEqual(named(theirs));
        expect(vm?.notes?.join(' ')).toContain('The migrate switches the VM off that they copy as well');
        expect(sentFor(lab, vm?.replicationId ?? '')).toEqual(expect.arrayContaining(['migrate', 'delete']));
      }));

    it.concurrent('that is begun while a failover waits at its gate', () =>
      withLab(options, async (lab) => {
        await given(lab, protection(lab));
        const approved = await gated(lab, { kind: 'failover' });
        const theirs = await another(lab);
        const vm = await approved();
        expectUntouched(lab, theirs, vm);
        expect(vm?.notes).toEqual(named(theirs));
      }));

    it.concurrent('that is begun while a failback waits at its gate', () =>
      withLab(options, async (lab) => {
        await given(lab, protection(lab));
        const [recovered] = (await given(lab, lab.plan({ kind: 'failover' }))).vms;
        const approved = await gated(lab, { kind: 'failback', confirm: 'removes-source' });
        const theirs = await another(lab, recovered?.recoveredAs?.[0], false);
        const vm = await approved();
        expectUntouched(lab, theirs, vm);
        expect(vm?.notes).toEqual(named(theirs));
      }));

    it.concurrent('that is begun while a test of it is up', () =>
      withLab(options, async (lab) => {
        await protect(lab);
        const [own] = replications(lab);
        const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }));
        await until(drill.report, (report) => report.drill?.phase === 'hold');
        const theirs = await another(lab);
        await drill.cancel();
        const report = await drill.result();
        expect(report.vms[0]).toMatchObject({ state: 'cancelled', error: null, replicationId: own?.id });
        expect(sentFor(lab, theirs)).toEqual([]);
        expect(replications(lab).map(({ recoveryState }) => recoveryState)).toEqual(['NOT_STARTED', 'NOT_STARTED']);
        expect(testCopies(lab)).toEqual([]);
      }));
  });
}

describe('a second replication of a VM whose own is seen no more', () => {
  it.concurrent('before it has told of its test copy tells nothing of that copy, which is not taken for gone', () =>
    withLab({ ...MARKS[0][1], site: { missingFor: 500 } }, async (lab) => {
      await protect(lab);
      const own = replications(lab)[0]?.id ?? '';
      // Its test has been taken, and makes nothing yet.
      lab.simulator.control.setSpeed(0.01);
      const drill = await startDrill(lab, drillOf(lab, { timeout: 20_000 }));
      const isSent = () => sentFor(lab, own).includes('failover-test');
      await until(
        async () => isSent() || (await drill.report()).drill?.phase === 'done',
        (isSo) => isSo,
      );
      // On a machine on which its time was over before, nothing was made.
      if (!isSent()) return;
      const making = another(lab);
      lab.simulator.control.trouble(own, { vanished: 'both' });
      lab.simulator.control.setSpeed(200);
      await making;
      const report = await drill.result();
      expect(testCopies(lab)).toHaveLength(1);
      expect(report).toMatchObject({ state: 'failed', drill: { left: [report.vms[0]?.name] } });
      const status = await lab.client.workflow.getHandle(siteWorkflowId(lab.destination)).query(siteStatusQuery);
      expect(status.testCopies).toMatchObject([{ replicationId: own }]);
    }));
});

describe('a replication that a plan names, and that is gone', () => {
  const NAMED = 'C4-00000000-0000-4000-8000-000000000001';

  it.concurrent('is not replaced by another of the VM, whoever made that', () =>
    withLab({ vms: 1 }, async (lab) => {
      const theirs = await another(lab);
      const waves = lab.plan().waves.map((wave) => ({
        ...wave,
        vms: wave.vms.map((vm) => ({ ...vm, replicationId: NAMED })),
      }));
      const refused = {
        state: 'failed',
        error: {
          code: 'NoReplication',
          message: expect.stringMatching(`${NAMED}, which the plan names, is not there.*${theirs}`),
        },
      };
      for (const kind of ['failover', 'reverse', 'failback'] as const) {
        const { result } = await lab.start(
          lab.plan({ kind, waves, confirm: kind === 'failover' ? null : 'removes-source' }),
        );
        expect((await result()).vms[0]).toMatchObject(refused);
      }
      const drill = await startDrill(lab, drillOf(lab, { groups: waves }));
      expect((await drill.result()).vms[0]).toMatchObject(refused);
      expect(sentFor(lab, theirs)).toEqual([]);
    }));
});
