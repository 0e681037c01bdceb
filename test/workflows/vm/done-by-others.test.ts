/** What persons do to a VM that a run waits with, or is about to touch: left to them, and told. */
import { expect } from '@jest/globals';
import { vmWorkflowId } from '../../../contract/names.js';
import type { Assumptions } from '../../../simulator/index.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, type LabOptions, withLab } from '../../support/lab.js';
import {
  atApproval,
  given,
  kinds,
  protection,
  recoverByHand,
  replications,
  running,
  vmsAt,
} from '../../support/recoveries.js';
import { OTHER_VDC, showsOtherVdc } from '../../support/shows.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { vmReport } from '../../support/vm-report.js';

/** As a person does it: the lab's one VM is failed over and reversed. */
async function reverse(lab: Lab): Promise<void> {
  await recoverByHand(lab);
  lab.simulator.control.act({ operation: 'reverse', replicationId: replications(lab)[0]?.id ?? '', user: 'ann@acme' });
  await until(
    async () => replications(lab)[0],
    (it) => it?.isReversed === true && it.state === 'OK',
  );
}

const cutovers = (lab: Lab): string[] => kinds(lab).filter((kind) => kind === 'migrate' || kind === 'reverse');

/** Where a replication lives that was reversed. */
const HOMES = [
  ['at its new destination', {}],
  ['where it was, its mark lost', { reverseMovesHome: false, description: 'dropped' }],
] satisfies [string, Partial<Assumptions>][];

describe('what a person does while a failover waits at its gate', () => {
  // Where least tells of it.
  it.concurrent.each(inShort(HOMES, ([, assumptions]) => 'description' in assumptions))(
    'is not undone by it: a VM that was failed over and reversed stays where it is, its replication %s',
    (_, assumptions) =>
      withLab({ vms: 1, assumptions }, async (lab) => {
        await given(lab, protection(lab));
        const { approve, result } = await atApproval(lab, { kind: 'failover' });
        await reverse(lab);
        await approve();
        const [vm] = (await result()).vms;
        expect(vm).toMatchObject({ state: 'failed', error: { code: 'DoneByOthers' } });
        expect(vm?.error?.message).toContain(`replicated to ${lab.source} by now`);
        expect(running(lab, lab.source)).toEqual([]);
        expect(running(lab, lab.destination)).toHaveLength(1);
      }),
  );

  it.concurrent('and what they may end is waited for: it is held with the reason, and failed over then', () =>
    withLab({ vms: 2 }, async (lab) => {
      const { control } = lab.simulator;
      await given(lab, protection(lab));
      const { approve, result, report } = await atApproval(lab, { kind: 'failover' });
      const waiting = await until(report, ({ vms }) => vms.every(({ waitingFor }) => waitingFor === 'approval'));
      const [paused = '', tested = ''] = waiting.vms.map(({ replicationId }) => replicationId ?? '');
      control.trouble(paused, { isPaused: true });
      control.act({ operation: 'failover-test', replicationId: tested, body: { powerOn: true } });
      await until(
        async () => replications(lab).find(({ id }) => id === tested)?.recoveryState,
        (state) => state === 'TEST',
      );
      await approve();
      for (const [index, code] of ['ReplicationPaused', 'TestCopyExists'].entries()) {
        const vm = await until(
          () => vmReport(lab, vmWorkflowId(lab.source, waiting.vms[index]?.id ?? '')),
          (it) => it?.waitingFor === 'hold' || it?.state === 'failed',
        );
        expect(vm).toMatchObject({ waitingFor: 'hold', error: { code, operation: 'failover' } });
      }
      expect(kinds(lab)).not.toContain('failover');
      control.trouble(paused, { isPaused: false });
      control.act({ operation: 'cleanup', replicationId: tested });
      expect((await result()).state).toBe('succeeded');
    }));
});

const BY_ANN = /ann@acme has recovered it there meanwhile by a failover \(task [\w-]+\)/;

/** That both run, which nobody else tells a person. */
function expectBothNamed(lab: Lab, error: { message: string; advice: string | null } | null | undefined): void {
  for (const site of [lab.source, lab.destination])
    expect(error?.message).toContain(`VM ${vmsAt(lab, site)[0]?.id} at ${site} is ON`);
  expect(error?.advice).toMatch(/^Both run: power off all but the one that is to stay\. /);
}

describe('a person who fails a VM over', () => {
  it.concurrent('while its failover waits at the gate is named, and both VMs; nothing more is sent', () =>
    withLab({ vms: 1 }, async (lab) => {
      await given(lab, protection(lab));
      const { approve, result } = await atApproval(lab, { kind: 'failover' });
      await recoverByHand(lab);
      await approve();
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'DoneByOthers', operation: 'failover' } });
      expect(vm?.error?.message).toMatch(BY_ANN);
      expectBothNamed(lab, vm?.error);
      expect(kinds(lab).filter((kind) => kind === 'failover')).toHaveLength(1);
    }));

  it.concurrent('in the middle of its failback, once it is replicated back, is named, and both VMs', () =>
    withLab({ vms: 1 }, async (lab) => {
      await given(lab, protection(lab));
      await given(lab, lab.plan({ kind: 'failover' }));
      const { approve, result } = await atApproval(lab, { kind: 'failback', confirm: 'removes-source' });
      await recoverByHand(lab);
      await approve();
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'DoneByOthers', operation: 'migrate' } });
      expect(vm?.error?.message).toMatch(BY_ANN);
      expectBothNamed(lab, vm?.error);
      expect(cutovers(lab)).toEqual(['reverse']);
    }));
});

describe('a person who migrates a VM in the middle of its failback', () => {
  /** @param hides until the person is done, the site lists no replications */
  async function migrated(lab: Lab, hides: boolean) {
    const { control } = lab.simulator;
    await given(lab, protection(lab));
    await given(lab, lab.plan({ kind: 'failover' }));
    // Nothing is replicated back before they are there.
    control.trouble(replications(lab)[0]?.id ?? '', { isStalled: true });
    const { result } = await lab.start(lab.plan({ kind: 'failback', confirm: 'removes-source' }));
    if (hides) {
      await until(
        async () => kinds(lab),
        (sent) => sent.includes('reverse'),
      );
      control.addFaults({ id: 'hidden', operation: 'replications', kind: 'status', status: 503 });
    }
    await until(
      async () => replications(lab)[0],
      (it) => it?.isReversed === true,
    );
    control.trouble(replications(lab)[0]?.id ?? '', { isStalled: false });
    // Which sends the rest of it first.
    await recoverByHand(lab, 'migrate');
    control.clearFaults('hidden');
    return (await result()).vms[0];
  }

  it.concurrent.each<[string, boolean]>([
    ['while it is replicated back', false],
    ['before the run has seen that it was reversed', true],
  ])('%s is named; nothing more is sent', (_, hides) =>
    withLab({ vms: 1, site: { reconcile: { settle: 100 } } }, async (lab) => {
      const vm = await migrated(lab, hides);
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'DoneByOthers', operation: 'reverse' } });
      expect(cutovers(lab)).toEqual(['reverse', 'migrate']);
      expect(running(lab, lab.source)).toHaveLength(1);
      // What is under way when Drover looks has not made its VM yet.
      const runs = `VM ${vmsAt(lab, lab.source)[0]?.id} at ${lab.source} is ON`;
      const off = `VM \\S+ at ${lab.destination} is OFF`;
      expect(vm?.error?.message).toMatch(
        new RegExp(`ann@acme (is recovering it there|has recovered it there .*(${runs}|${off}))`),
      );
    }),
  );
});

describe('a person who migrates a VM while a site is busy with that', () => {
  it.concurrent('is named, and not that the site was busy', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { control } = lab.simulator;
      const error = { code: 'OperationInProgress', msg: 'busy' };
      control.addFaults({ operation: 'migrate', kind: 'fail-task', times: 1, error });
      const { result } = await lab.start(lab.plan());
      await until(
        async () => control.ledger(),
        (sent) => sent.some(({ kind, endedAt }) => kind === 'migrate' && endedAt != null),
      );
      // The run does not look before they are done, however long that takes.
      for (const operation of ['replication', 'replications'])
        control.addFaults({ id: operation, operation, kind: 'status', status: 503 });
      await recoverByHand(lab, 'migrate');
      for (const id of ['replication', 'replications']) control.clearFaults(id);
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({
        state: 'failed',
        downSince: null,
        error: { code: 'DoneByOthers', operation: 'migrate' },
      });
      expect(vm?.error?.message).toMatch(/busy.* It was not sent again: .*ann@acme has recovered it there/s);
      expect(vm?.error?.advice).not.toContain('find out who started it');
      expect(cutovers(lab)).toEqual(['migrate', 'migrate']);
    }));
});

const GATED = [
  ...HOMES.map(([home, assumptions]): [string, LabOptions] => [home, { assumptions }]),
  ['at its new destination, and may be missing for no time', { site: { missingFor: 0 } }],
] satisfies [string, LabOptions][];

describe('what a person does while a migration waits at its gate', () => {
  // Where its absence would be believed at once.
  it.concurrent.each(inShort(GATED, ([, options]) => options.site !== undefined))(
    'is told: a VM that was failed over and reversed meanwhile runs there, its replication %s',
    (_, options) =>
      withLab({ vms: 1, ...options }, async (lab) => {
        const { approve, result } = await atApproval(lab);
        await reverse(lab);
        await approve();
        const [vm] = (await result()).vms;
        expect(vm).toMatchObject({ state: 'failed', error: { code: 'DoneByOthers' } });
        expect(vm?.error?.message).toContain(`replicated from ${lab.destination} to ${lab.source} by now, reversed`);
        expect(running(lab, lab.source)).toEqual([]);
        expect(running(lab, lab.destination)).toHaveLength(1);
      }),
  );
});

describe('a failover of a replication that goes to another VDC than the plan names', () => {
  const told = (lab: Lab) =>
    expect.stringMatching(new RegExp(`VDC ${OTHER_VDC} \\(spare\\), and the plan says ${lab.plan().destination.vdc}`));

  it.concurrent('is told before its gate, and uses it', () =>
    withLab({ vms: 1 }, async (lab) => {
      await given(lab, protection(lab));
      showsOtherVdc(lab);
      const { waiting, approve, result } = await atApproval(lab, { kind: 'failover' });
      expect(waiting.vms[0]?.notes).toEqual([told(lab)]);
      await approve();
      expect((await result()).vms[0]).toMatchObject({ state: 'succeeded', notes: expect.arrayContaining([told(lab)]) });
    }));

  it.concurrent('is refused with both, where somebody has exchanged the replication while it waited at its gate', () =>
    withLab({ vms: 1 }, async (lab) => {
      await given(lab, protection(lab));
      const { waiting, approve, result } = await atApproval(lab, { kind: 'failover' });
      expect(waiting.vms[0]?.notes ?? []).toEqual([]);
      showsOtherVdc(lab);
      await approve();
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'ReplicatedElsewhere', operation: 'failover' } });
      expect(vm?.error?.message).toMatch(
        new RegExp(`in VDC ${OTHER_VDC} \\(spare\\), and the plan says .*, and in .* when it was looked at`),
      );
      expect(kinds(lab)).not.toContain('failover');
    }));
});
