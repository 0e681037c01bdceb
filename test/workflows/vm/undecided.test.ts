/** What cannot be told stays: a stop of a VM that a person was asked about undoes nothing on a guess, and says what stays. */
import { expect } from '@jest/globals';
import { cancelUpdate, resumeUpdate } from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import { siteVdcId } from '../../../simulator/index.js';
import { entries } from '../../support/drills.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { vmReport } from '../../support/vm-report.js';

/** Simulated ms in which no test ends. */
const NEVER = 1e12;

const replications = (lab: Lab) => lab.simulator.control.world().replications;
const deletions = (lab: Lab) => lab.simulator.control.ledger().filter(({ kind }) => kind === 'delete');

/** By a person with Drover's own login, in VCDA's page. */
function startByHand(lab: Lab): void {
  const { source, destination } = lab;
  const vmId = lab.plan().waves[0]?.vms[0]?.id;
  const to = { type: 'vcloud', site: destination, vdc: siteVdcId(destination), storageProfile: '*' };
  const body = { source: { type: 'vm', site: source, vmId }, destination: to, isMigration: true };
  lab.simulator.control.act({ operation: 'start', user: 'ops@acme', body });
}

describe('a stop while it cannot be told whose a replication is', () => {
  it.concurrent('leaves it, whatever the site shows by then, and names it', () =>
    withLab({ vms: 1, assumptions: { tasksVisibleAfter: NEVER } }, async (lab) => {
      const { control } = lab.simulator;
      control.addFaults({ id: 'cut', operation: 'start', kind: 'reset-before' });
      const { run, report, result } = await lab.start(lab.plan());
      await until(
        async () => control.faults().find(({ id }) => id === 'cut')?.struck ?? 0,
        (struck) => struck > 0,
      );
      startByHand(lab);
      control.clearFaults('cut');
      await until(report, ({ pausedBecause }) => pausedBecause?.includes('cannot be told') === true);
      control.setAssumptions({ tasksVisibleAfter: 0 });
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(cancelUpdate, { args: [{}] });
      const [vm] = (await result()).vms;
      const [kept] = replications(lab);
      expect(deletions(lab)).toEqual([]);
      expect(vm?.error).toMatchObject({ code: 'Undecided', operation: 'start' });
      expect(vm?.error?.message).toContain(kept?.id);
      expect(vm?.error?.message).toMatch(/stays as it is/);
      expect(vm?.error?.advice).not.toContain('drover resume');
    }));
});

describe('a start whose answer was lost, at a site that tells nothing of it', () => {
  const SILENT = { description: 'dropped', operationIdFilter: 'ignored', tasksVisibleAfter: NEVER } as const;

  /** Its replication, once a person is asked about it. */
  async function askedAbout(lab: Lab, report: () => Promise<RunReport>, other = ''): Promise<string> {
    const its = () => replications(lab).map(({ id }) => id)[0] ?? '';
    await until(report, ({ pausedBecause }) => {
      const id = its();
      return id !== '' && id !== other && pausedBecause?.includes(`whether replication ${id} of`) === true;
    });
    return its();
  }

  /** A person is asked about a replication, which another then removes before anything is decided. */
  async function withoutTheShown(lab: Lab) {
    const { control } = lab.simulator;
    control.addFaults({ operation: 'start', kind: 'reset-after', times: 1 });
    const { run, report, result } = await lab.start(lab.plan());
    const shown = await askedAbout(lab, report);
    control.act({ operation: 'delete', replicationId: shown, user: 'ann@acme' });
    await until(
      async () => replications(lab),
      (all) => all.length === 0,
    );
    const handle = lab.client.workflow.getHandle(runWorkflowId(run));
    return { report, result, shown, resume: () => handle.executeUpdate(resumeUpdate, { args: [{}] }) };
  }

  it.concurrent('goes on with the replication that a person was shown, once they say resume, and with no other', () =>
    withLab({ vms: 1, assumptions: SILENT }, async (lab) => {
      const { report, result, shown, resume } = await withoutTheShown(lab);
      startByHand(lab);
      await resume();
      const other = await askedAbout(lab, report, shown);
      await resume();
      expect((await result()).vms[0]).toMatchObject({ state: 'succeeded', replicationId: other });
      expect(entries(lab, 'start')).toHaveLength(2);
    }));

  it.concurrent('is sent again only once a person has said so, where what they decided on is gone', () =>
    withLab({ vms: 1, assumptions: SILENT }, async (lab) => {
      const { report, result, resume } = await withoutTheShown(lab);
      await resume();
      await until(report, ({ pausedBecause }) => pausedBecause?.includes('is no longer listed') === true);
      expect(entries(lab, 'start')).toHaveLength(1);
      await resume();
      expect((await result()).vms[0]).toMatchObject({ state: 'succeeded' });
      expect(entries(lab, 'start')).toHaveLength(2);
    }));
});

describe('a start that no answer has named, at a site that drops marks, when its VM is stopped', () => {
  /** Its task names nothing, and it is over before the start is confirmed. */
  async function unconfirmed(lab: Lab) {
    const { control } = lab.simulator;
    const vmId = lab.plan().waves[0]?.vms[0]?.id ?? '';
    control.setVms({ id: vmId, usedBytes: 200e9 });
    control.addFaults({ kind: 'odd-task', operation: 'start', task: { result: {}, lastsUntil: 'synced' } });
    const { run, result } = await lab.start(lab.plan());
    await until(
      async () => replications(lab),
      (all) => all.length === 1,
    );
    const made = replications(lab)[0]?.id ?? '';
    control.trouble(made, { vanished: 'both' });
    control.setSpeed(10_000);
    const id = vmWorkflowId(lab.source, vmId);
    await until(
      () => vmReport(lab, id),
      (vm) => vm?.operations[0]?.result === 'succeeded',
    );
    async function stopped() {
      control.addFaults({ id: 'unseen', kind: 'status', status: 503, operation: 'replications' });
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(cancelUpdate, { args: [{}] });
      await until(
        () => vmReport(lab, id),
        (vm) => vm?.step === 'delete-replication',
      );
      control.trouble(replications(lab)[0]?.id ?? '', { vanished: null });
      control.clearFaults('unseen');
      return (await result()).vms[0];
    }
    return { made, stopped };
  }

  const DROPPED = { vms: 1, speed: 20, assumptions: { description: 'dropped' } } as const;

  it.concurrent('leaves what nothing names, and says so', () =>
    withLab(DROPPED, async (lab) => {
      const { made, stopped } = await unconfirmed(lab);
      const vm = await stopped();
      expect(deletions(lab)).toEqual([]);
      expect(vm?.error).toMatchObject({ code: 'Undecided', operation: 'delete' });
      expect(vm?.error?.message).toContain(`replication ${made} of `);
    }));

  it.concurrent('leaves what a person’s task names', () =>
    withLab(DROPPED, async (lab) => {
      const { made, stopped } = await unconfirmed(lab);
      const { control } = lab.simulator;
      control.act({ operation: 'delete', replicationId: made, user: 'ann@acme' });
      await until(
        async () => replications(lab),
        (all) => all.length === 0,
      );
      startByHand(lab);
      await until(
        async () => replications(lab)[0]?.state,
        (state) => state === 'OK',
      );
      const [theirs] = replications(lab);
      expect(await stopped()).toMatchObject({ state: 'cancelled', error: null, replicationId: null });
      expect(deletions(lab).map(({ user }) => user)).toEqual(['ann@acme']);
      expect(replications(lab).map(({ id }) => id)).toEqual([theirs?.id]);
    }));

  it.concurrent('leaves, while its task runs, what a person’s task names, and what nothing names once it is over', () =>
    withLab({ ...DROPPED, assumptions: { description: 'dropped', secondReplication: 'allowed' } }, async (lab) => {
      const { control } = lab.simulator;
      const vmId = lab.plan().waves[0]?.vms[0]?.id ?? '';
      control.setVms({ id: vmId, usedBytes: 200e9 });
      const task = { result: {}, lastsUntil: 'synced' } as const;
      control.addFaults({ kind: 'odd-task', operation: 'start', times: 1, task });
      const { run, result } = await lab.start(lab.plan());
      const [own] = await until(
        async () => replications(lab),
        (all) => all.length === 1,
      );
      control.trouble(own?.id ?? '', { vanished: 'both' });
      startByHand(lab);
      await until(
        async () => control.ledger().filter(({ kind }) => kind === 'start'),
        ([, theirs]) => theirs?.endedAt != null,
      );
      control.setSpeed(0.01);
      // The first look after the stop is waited for.
      control.addFaults({ id: 'unseen', operation: 'replications', kind: 'status', status: 503 });
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(cancelUpdate, { args: [{}] });
      await until(
        () => vmReport(lab, vmWorkflowId(lab.source, vmId)),
        (vm) => vm?.step === 'delete-replication',
      );
      control.addFaults({ id: 'looked', operation: 'replications', kind: 'delay', delayMs: 0 });
      control.clearFaults('unseen');
      await until(
        async () => control.faults().find(({ id }) => id === 'looked')?.struck ?? 0,
        (struck) => struck > 0,
      );
      control.trouble(own?.id ?? '', { vanished: null });
      control.setSpeed(10_000);
      const [vm] = (await result()).vms;
      expect(deletions(lab)).toEqual([]);
      expect(vm?.error).toMatchObject({ code: 'Undecided', operation: 'delete' });
      expect(vm?.error?.message).toMatch(new RegExp(`^replication ${own?.id} of `));
      expect(replications(lab)).toHaveLength(2);
    }));
});

describe('a failover by a person with Drover’s login, at a site that ignores operation ids', () => {
  it.concurrent('is asked about where it began when no try of the run’s can have begun, and stays', () =>
    withLab({ vms: 1, assumptions: { operationIdFilter: 'ignored' } }, async (lab) => {
      const { control } = lab.simulator;
      const [made] = (await (await lab.start(lab.plan({ kind: 'protect' }))).result()).vms;
      control.addFaults({ id: 'cut', operation: 'failover', kind: 'reset-before' });
      const { run, report, result } = await lab.start(lab.plan({ kind: 'failover' }));
      await until(
        async () => control.faults().find(({ id }) => id === 'cut')?.struck ?? 0,
        (struck) => struck > 0,
      );
      // As if so long passed at the site before anybody does anything there.
      control.setClock(lab.destination, { offsetMs: 600_000 });
      const body = { type: 'vcloud', powerOn: true };
      control.act({ operation: 'failover', user: 'ops@acme', replicationId: made?.replicationId ?? '', body });
      control.clearFaults('cut');
      await until(report, ({ pausedBecause }) => pausedBecause?.includes('cannot be told') === true);
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(cancelUpdate, { args: [{}] });
      const [vm] = (await result()).vms;
      expect(vm?.error).toMatchObject({ code: 'Undecided', operation: 'failover' });
      expect(control.ledger().filter(({ kind }) => kind === 'failover')).toHaveLength(1);
    }));
});

describe('a migrate of which it cannot be told whose it is', () => {
  it.concurrent('is asked about with whether its source runs, and since when it may be down', () =>
    withLab({ vms: 1, assumptions: { operationIdFilter: 'ignored' } }, async (lab) => {
      const { control } = lab.simulator;
      control.addFaults({ id: 'cut', operation: 'migrate', kind: 'reset-before' });
      const { run, report, result } = await lab.start(lab.plan());
      await until(
        async () => control.faults().find(({ id }) => id === 'cut')?.struck ?? 0,
        (struck) => struck > 0,
      );
      // As if so long passed at the site before anybody does anything there.
      control.setClock(lab.destination, { offsetMs: 600_000 });
      const [replication] = control.world().replications;
      const body = { type: 'vcloud', powerOn: true };
      control.act({ operation: 'migrate', user: 'ops@acme', replicationId: replication?.id ?? '', body });
      await until(
        async () => control.world().replications[0]?.recoveryState,
        (state) => state === 'COMPLETE',
      );
      control.clearFaults('cut');
      const held = await until(report, ({ pausedBecause }) => pausedBecause?.includes('cannot be told') === true);
      expect(held.pausedBecause).toMatch(/ Its source at paris-\w+ is OFF: .*lists it as off/);
      const vm = await vmReport(lab, vmWorkflowId(lab.source, held.vms[0]?.id ?? ''));
      expect(vm).toMatchObject({ source: { power: 'off', before: 'on' }, downSince: expect.any(String) });
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(cancelUpdate, { args: [{}] });
      await result();
    }));
});
