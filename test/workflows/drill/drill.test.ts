/** Drills: what they prove, and that nothing of them is left behind, judged by the simulator's world and ledger. */
import { afterAll, beforeAll, expect } from '@jest/globals';
import { siteStatusQuery } from '../../../contract/messages.js';
import { siteWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import type { Check } from '../../../plan/types.js';
import { createSites } from '../../../vcda/index.js';
import {
  drillOf,
  entries,
  expectNothingLeft,
  openPort,
  protect,
  startDrill,
  tcpCheck,
  testCopies,
  world,
} from '../../support/drills.js';
import { type Lab, withLab } from '../../support/lab.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { vmReport } from '../../support/vm-report.js';

let open: Awaited<ReturnType<typeof openPort>>;
beforeAll(async () => {
  open = await openPort();
});
afterAll(() => open.close());
/** Protected already. */
const withPart = sharedLab({ vms: 19 }, protect);

const check = (change: Partial<Check> = {}): Check => tcpCheck(open.port, change);

const idOf = (lab: Lab): string => lab.plan().waves[0]?.vms[0]?.id ?? '';

/** What a person does at the site by hand. */
async function testByHand(lab: Lab, replicationId: string): Promise<void> {
  const sites = createSites(lab.config);
  await sites
    .get(lab.destination)
    .testFailover(replicationId, { type: 'vcloud' }, { operationId: 'by hand', peer: lab.source });
  await sites.close();
}

describe('a test drill', () => {
  it.concurrent('recovers group by group, checks, measures, and leaves nothing behind', () =>
    withPart(3, async (lab) => {
      const [db, app, web] = lab.plan().waves[0]?.vms ?? [];
      const groups = [
        { name: 'db', vms: db ? [db] : [] },
        { name: 'front', vms: app && web ? [app, web] : [] },
      ];
      const drill = await startDrill(
        lab,
        drillOf(lab, { groups, checks: [check()], objectives: { rto: 600_000, rpo: 3_600_000 } }),
      );
      const report = await drill.result();
      expect(report.vms.map(({ error }) => error)).toEqual([null, null, null]);
      expect(report).toMatchObject({ state: 'succeeded', kind: 'drill', totals: { succeeded: 3 } });
      expect(report.drill).toMatchObject({ mode: 'test', phase: 'done', missed: [], swept: [] });
      expect(report.drill?.groups.map(({ name }) => name)).toEqual(['db', 'front']);
      expect(report.drill?.rtoSeconds).toBeGreaterThan(0);
      expect(report.drill?.rpoSeconds).toBeGreaterThanOrEqual(0);
      for (const vm of report.vms) expect(vm.checks).toMatchObject([{ name: 'tcp', ok: true }]);
      // The order of recovery, by the ledger.
      const tests = entries(lab, 'failover-test');
      const cleanups = entries(lab, 'cleanup');
      expect(tests).toHaveLength(3);
      expect(cleanups).toHaveLength(3);
      expect(tests[0]?.vmId).toBe(db?.id);
      expect(tests[0]?.endedAt ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(tests[1]?.at ?? 0);
      expectNothingLeft(lab);
    }));

  it.concurrent('fails when a check does not pass, says what was seen, and cleans up', () =>
    withPart(2, async (lab) => {
      const [bad] = lab.plan().waves[0]?.vms ?? [];
      const closed = tcpCheck(1, { name: 'tcp 1', vms: bad ? [bad.id] : [], within: 1_000 });
      const report = await (await startDrill(lab, drillOf(lab, { checks: [check(), closed] }))).result();
      expect(report).toMatchObject({ state: 'failed', totals: { succeeded: 1, failed: 1 } });
      expect(report.vms[0]?.error).toMatchObject({ code: 'CheckFailed', message: expect.stringContaining('tcp 1') });
      expect(report.vms[0]?.rtoSeconds).toBeNull();
      expect(report.drill?.rtoSeconds).toBeNull();
      expectNothingLeft(lab);
    }));

  it.concurrent('fails when an objective is missed, and says by how much', () =>
    withPart(1, async (lab) => {
      const report = await (await startDrill(lab, drillOf(lab, { objectives: { rto: 1, rpo: null } }))).result();
      expect(report).toMatchObject({ state: 'failed', totals: { succeeded: 1 } });
      expect(report.drill?.missed).toEqual([expect.stringMatching(/^RTO of .*objective 0 s: .* over$/)]);
      expectNothingLeft(lab);
    }));

  it.concurrent('holds what it recovered as long as it says, and cleans up at once when it is cancelled', () =>
    withPart(1, async (lab) => {
      const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }));
      await until(drill.report, (r) => r.drill?.phase === 'hold');
      expect(testCopies(lab)).toHaveLength(1);
      await drill.cancel();
      expect((await drill.result()).state).toBe('cancelled');
      expectNothingLeft(lab);
    }));

  it.concurrent('that is finished in its hold is checked once more, cleaned up at once, and its result counts', () =>
    withPart(1, async (lab) => {
      const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000, checks: [check()] }));
      await expect(drill.finish()).rejects.toMatchObject({ cause: { type: 'NotInHold' } });
      await until(drill.report, (r) => r.drill?.phase === 'hold');
      expect(testCopies(lab)).toHaveLength(1);
      expect(await drill.finish()).toMatchObject({ affected: 1, message: expect.stringMatching(/^The hold is over/) });
      expect(await drill.finish()).toMatchObject({ affected: 0 });
      const report = await drill.result();
      expect(report).toMatchObject({ state: 'succeeded', totals: { succeeded: 1 }, drill: { missed: [] } });
      expect(report.vms.map(({ checks }) => checks.length)).toEqual([2]);
      expect(report.acts?.map(({ act, refused }) => [act, refused !== null])).toEqual([
        ['finish', true],
        ['finish', false],
        ['finish', false],
      ]);
      expect(entries(lab, 'cleanup')).toHaveLength(1);
      expectNothingLeft(lab);
    }));

  it.concurrent('that is cancelled while its test failovers run makes no checks any more', () =>
    withPart(1, async (lab) => {
      const drill = await startDrill(lab, drillOf(lab, { checks: [tcpCheck(1, { within: 600_000 })] }));
      await until(
        async () => entries(lab, 'failover-test'),
        (sent) => sent.length === 1,
      );
      await drill.cancel();
      expect((await drill.result()).state).toBe('cancelled');
      expectNothingLeft(lab);
    }));

  it.concurrent('whose workflow is terminated is cleaned up by its VMs', () =>
    withLab({ vms: 1, site: { polling: { interval: 200, selfCheck: 3_000 } } }, async (lab) => {
      await protect(lab);
      const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }));
      await until(drill.report, (r) => r.drill?.phase === 'hold');
      await drill.terminate();
      await until(
        async () => testCopies(lab),
        (copies) => copies.length === 0,
      );
      expectNothingLeft(lab);
    }));

  it.concurrent('sweeps what an earlier drill left whose workflows were all terminated', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const first = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }), `${lab.source}-first`);
      await until(first.report, (r) => r.drill?.phase === 'hold');
      await first.terminate();
      const [vm] = lab.plan().waves[0]?.vms ?? [];
      await lab.client.workflow.getHandle(vmWorkflowId(lab.source, vm?.id ?? '')).terminate('a test');
      expect(testCopies(lab)).toHaveLength(1);
      const report = await (await startDrill(lab, drillOf(lab))).result();
      expect(report.state).toBe('succeeded');
      expect(report.drill?.swept).toEqual([{ vm: vm?.name, run: first.run }]);
      expectNothingLeft(lab);
      const status = await lab.client.workflow.getHandle(siteWorkflowId(lab.destination)).query(siteStatusQuery);
      expect(status.testCopies).toEqual([]);
    }));

  it.concurrent('whose time is over gives up, fails, and cleans up', () =>
    withPart(2, async (lab) => {
      const [first, second] = lab.plan().waves[0]?.vms ?? [];
      const groups = [
        { name: 'one', vms: first ? [first] : [] },
        { name: 'two', vms: second ? [second] : [] },
      ];
      const never = tcpCheck(1, { within: 600_000 });
      let report: RunReport;
      let before = 0;
      // A machine on which the time is over before the first group is up is given more.
      for (let timeout = 8_000; ; timeout *= 3) {
        const drill = drillOf(lab, { groups, checks: [never], timeout });
        before = entries(lab, 'failover-test').length;
        report = await (await startDrill(lab, drill, `${lab.source}-${timeout}`)).result();
        const tests = report.vms.flatMap(({ operations }) => operations.filter(({ kind }) => kind === 'failover-test'));
        if (tests.some(({ result }) => result === 'succeeded')) break;
        expect(report.state).toBe('failed');
      }
      expect(report).toMatchObject({ state: 'failed', totals: { succeeded: 0, cancelled: 2 } });
      expect(report.drill?.missed).toEqual([expect.stringContaining('before all VMs were up')]);
      // The second group was not begun any more.
      expect(entries(lab, 'failover-test')).toHaveLength(before + 1);
      expectNothingLeft(lab);
    }));

  it.concurrent('tries the clean-up again until it succeeds', () =>
    withPart(1, async (lab) => {
      lab.simulator.control.addFaults({
        operation: 'cleanup',
        vmId: idOf(lab),
        kind: 'fail-task',
        times: 2,
        error: { code: 'Forbidden', msg: 'not now' },
      });
      const report = await (await startDrill(lab, drillOf(lab))).result();
      expect(report.state).toBe('succeeded');
      expect(entries(lab, 'cleanup')).toHaveLength(3);
      expectNothingLeft(lab);
    }));

  it.concurrent('says why a clean-up is done again for as long as it is', () =>
    withPart(1, async (lab) => {
      const error = { code: 'Forbidden', msg: 'not now' };
      const [fault] = lab.simulator.control.addFaults({
        operation: 'cleanup',
        vmId: idOf(lab),
        kind: 'fail-task',
        error,
      });
      const drill = await startDrill(lab, drillOf(lab));
      const workflowId = vmWorkflowId(lab.source, world(lab).replications[0]?.vmId ?? '');
      const said = await until(
        () => vmReport(lab, workflowId),
        (vm) => (vm?.retrying?.tries ?? 0) > 1,
      );
      expect(said).toMatchObject({ step: 'clean-up', retrying: { code: 'Forbidden', until: null } });
      expect(said?.retrying?.message).toContain('not now');
      lab.simulator.control.clearFaults(fault?.id);
      const report = await drill.result();
      expect(report.state).toBe('succeeded');
      expect(report.vms[0]?.retrying ?? null).toBeNull();
      expectNothingLeft(lab);
    }));

  it.concurrent('refuses VMs that are not protected or have a test copy, before anything is sent', () =>
    withLab({ vms: 2 }, async (lab) => {
      const none = await (await startDrill(lab, drillOf(lab), `${lab.source}-none`)).result();
      expect(none.vms.map(({ error }) => error?.code)).toEqual(['NoReplication', 'NoReplication']);
      await protect(lab);
      // A person's own test.
      const replication = world(lab).replications[0];
      await testByHand(lab, replication?.id ?? '');
      await until(
        async () => testCopies(lab),
        (copies) => copies.length === 1,
      );
      const report = await (await startDrill(lab, drillOf(lab))).result();
      const refused = report.vms.find(({ id }) => id === replication?.vmId);
      expect(refused?.error).toMatchObject({ code: 'TestCopyExists' });
      expect(report.totals).toMatchObject({ succeeded: 1, failed: 1 });
      // It is that person's, and stays.
      expect(testCopies(lab)).toHaveLength(1);
    }));
});

describe('a test drill whose task fails though its copy comes up', () => {
  it.concurrent('cleans that up, and asks nobody to do it', () =>
    withPart(1, async (lab) => {
      const failed = { state: 'FAILED', endTime: Date.now(), error: { code: 'GeneralServerFailure', msg: 'made up' } };
      lab.simulator.control.addFaults({
        operation: 'failover-test',
        vmId: idOf(lab),
        kind: 'odd-task',
        task: { members: failed },
      });
      const [vm] = (await (await startDrill(lab, drillOf(lab))).result()).vms;
      expect(entries(lab, 'cleanup')).toHaveLength(1);
      expectNothingLeft(lab);
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'GeneralServerFailure' } });
      expect(vm?.error?.message).toMatch(/not sent again: a test copy was there all the same, and was cleaned up\.$/);
      expect(`${vm?.error?.message} ${vm?.error?.advice}`).not.toMatch(/Clean the test up|a test copy of it exists/);
    }));
});

describe('a test drill that is cancelled in its hold', () => {
  it.concurrent('says that it cleans up for as long as it does', () =>
    withPart(2, async (lab) => {
      const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }));
      const held = await until(drill.report, (r) => r.drill?.phase === 'hold');
      const { control } = lab.simulator;
      const faults = control.addFaults(
        ...held.vms.map(({ id }) => ({ operation: 'cleanup', vmId: id, kind: 'status' as const, status: 503 })),
      );
      // Of one VM alone: the others are held.
      await drill.cancel(held.vms[0]?.id);
      expect((await drill.report()).drill?.phase).toBe('hold');
      await drill.cancel();
      expect((await drill.report()).drill?.phase).toBe('clean-up');
      for (const { id } of faults) control.clearFaults(id);
      expect(await drill.result()).toMatchObject({ state: 'cancelled', drill: { phase: 'done', left: [] } });
      expectNothingLeft(lab);
    }));
});

describe('a drill that meets another run', () => {
  it.concurrent('waits for its VMs, and recovers none of the others meanwhile', () =>
    withPart(2, async (lab) => {
      const first = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }), `${lab.source}-before`);
      await until(first.report, (r) => r.drill?.phase === 'hold');
      const second = await startDrill(lab, drillOf(lab), `${lab.source}-after`);
      const waiting = await until(second.report, (r) => r.vms.every((vm) => vm.error?.code === 'VmInUse'));
      expect(waiting.vms[0]?.error?.message).toContain(first.run);
      await first.cancel();
      expect((await second.result()).state).toBe('succeeded');
      expectNothingLeft(lab);
    }));

  it.concurrent('skips them when they are not free in time, and says why', () =>
    withPart(1, async (lab) => {
      const first = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }), `${lab.source}-held`);
      await until(first.report, (r) => r.drill?.phase === 'hold');
      const report = await (await startDrill(lab, drillOf(lab, { waitForVms: 0 }), `${lab.source}-late`)).result();
      expect(report.vms).toMatchObject([
        { state: 'skipped', error: { code: 'VmInUse', message: expect.stringContaining(first.run) } },
      ]);
      await first.cancel();
      await first.result();
      expectNothingLeft(lab);
    }));
});
