/** Drills: what they prove, and that nothing of them is left behind, judged by the simulator's world and ledger. */
import { afterAll, beforeAll, expect } from '@jest/globals';
import { siteStatusQuery } from '../../../contract/messages.js';
import { siteWorkflowId, sweepWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import type { Check } from '../../../plan/types.js';
import { createSites } from '../../../vcda/index.js';
import {
  drillOf,
  entries,
  expectNothingLeft,
  openPort,
  protect,
  roundTrip,
  startDrill,
  tcpCheck,
  testCopies,
  world,
} from '../../support/drills.js';
import { inHold, TooShort } from '../../support/in-hold.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { vmReport } from '../../support/vm-report.js';

let open: Awaited<ReturnType<typeof openPort>>;
beforeAll(async () => {
  open = await openPort();
});
afterAll(() => open.close());
const check = (change: Partial<Check> = {}): Check => tcpCheck(open.port, change);

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
    withLab({ vms: 3 }, async (lab) => {
      await protect(lab);
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
    withLab({ vms: 2 }, async (lab) => {
      await protect(lab);
      const [bad] = lab.plan().waves[0]?.vms ?? [];
      const closed = tcpCheck(1, { name: 'tcp 1', vms: bad ? [bad.id] : [], within: 2_000 });
      const report = await (await startDrill(lab, drillOf(lab, { checks: [check(), closed] }))).result();
      expect(report).toMatchObject({ state: 'failed', totals: { succeeded: 1, failed: 1 } });
      expect(report.vms[0]?.error).toMatchObject({ code: 'CheckFailed', message: expect.stringContaining('tcp 1') });
      expect(report.vms[0]?.rtoSeconds).toBeNull();
      expect(report.drill?.rtoSeconds).toBeNull();
      expectNothingLeft(lab);
    }));

  it.concurrent('fails when an objective is missed, and says by how much', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const report = await (await startDrill(lab, drillOf(lab, { objectives: { rto: 1, rpo: null } }))).result();
      expect(report).toMatchObject({ state: 'failed', totals: { succeeded: 1 } });
      expect(report.drill?.missed).toEqual([expect.stringMatching(/^RTO of .*objective 0 s: .* over$/)]);
      expectNothingLeft(lab);
    }));

  it.concurrent('holds what it recovered as long as it says, and cleans up at once when it is cancelled', () =>
    withLab({ vms: 2 }, async (lab) => {
      await protect(lab);
      const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }));
      await until(drill.report, (r) => r.drill?.phase === 'hold');
      expect(testCopies(lab)).toHaveLength(2);
      await drill.cancel();
      expect((await drill.result()).state).toBe('cancelled');
      expectNothingLeft(lab);
    }));

  it.concurrent('that is cancelled while its test failovers run makes no checks any more', () =>
    withLab({ vms: 2 }, async (lab) => {
      await protect(lab);
      const drill = await startDrill(lab, drillOf(lab, { checks: [tcpCheck(1, { within: 600_000 })] }));
      await until(
        async () => entries(lab, 'failover-test'),
        (sent) => sent.length === 2,
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
      // The sweep may take longer than a minute here, and is waited for.
      const report = await (await startDrill(lab, drillOf(lab, { waitForVms: 500_000 }))).result();
      expect(report.state).toBe('succeeded');
      expect(report.drill?.swept).toEqual([{ vm: vm?.name, run: first.run }]);
      expectNothingLeft(lab);
      const status = await lab.client.workflow.getHandle(siteWorkflowId(lab.destination)).query(siteStatusQuery);
      expect(status.testCopies).toEqual([]);
    }));

  it.concurrent('whose time is over gives up, fails, and cleans up', () =>
    withLab({ vms: 2 }, async (lab) => {
      await protect(lab);
      const [first, second] = lab.plan().waves[0]?.vms ?? [];
      const groups = [
        { name: 'one', vms: first ? [first] : [] },
        { name: 'two', vms: second ? [second] : [] },
      ];
      const never = tcpCheck(1, { within: 600_000 });
      let report: RunReport;
      // A machine on which the time is over before the first group has begun is given more.
      for (let timeout = 8_000; ; timeout *= 3) {
        const drill = drillOf(lab, { groups, checks: [never], timeout });
        report = await (await startDrill(lab, drill, `${lab.source}-${timeout}`)).result();
        if (entries(lab, 'failover-test').length > 0) break;
        expect(report.state).toBe('failed');
      }
      expect(report).toMatchObject({ state: 'failed', totals: { succeeded: 0, cancelled: 2 } });
      expect(report.drill?.missed).toEqual([expect.stringContaining('before all VMs were up')]);
      // The second group was not begun any more.
      expect(entries(lab, 'failover-test')).toHaveLength(1);
      expectNothingLeft(lab);
    }));

  it.concurrent('tries the clean-up again until it succeeds', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      lab.simulator.control.addFaults({
        operation: 'cleanup',
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
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const error = { code: 'Forbidden', msg: 'not now' };
      lab.simulator.control.addFaults({ operation: 'cleanup', kind: 'fail-task', error });
      const drill = await startDrill(lab, drillOf(lab));
      const workflowId = vmWorkflowId(lab.source, world(lab).replications[0]?.vmId ?? '');
      const said = await until(
        () => vmReport(lab, workflowId),
        (vm) => (vm?.retrying?.tries ?? 0) > 1,
      );
      expect(said).toMatchObject({ step: 'clean-up', retrying: { code: 'Forbidden', until: null } });
      expect(said?.retrying?.message).toContain('not now');
      lab.simulator.control.clearFaults();
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
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const failed = { state: 'FAILED', endTime: Date.now(), error: { code: 'GeneralServerFailure', msg: 'made up' } };
      lab.simulator.control.addFaults({ operation: 'failover-test', kind: 'odd-task', task: { members: failed } });
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
    withLab({ vms: 2 }, async (lab) => {
      await protect(lab);
      const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }));
      const held = await until(drill.report, (r) => r.drill?.phase === 'hold');
      const { control } = lab.simulator;
      control.addFaults({ operation: 'cleanup', kind: 'status', status: 503 });
      // Of one VM alone: the others are held.
      await drill.cancel(held.vms[0]?.id);
      expect((await drill.report()).drill?.phase).toBe('hold');
      await drill.cancel();
      expect((await drill.report()).drill?.phase).toBe('clean-up');
      control.clearFaults();
      expect(await drill.result()).toMatchObject({ state: 'cancelled', drill: { phase: 'done', left: [] } });
      expectNothingLeft(lab);
    }));
});

describe('a drill that meets another run', () => {
  it.concurrent('waits for its VMs, and recovers none of the others meanwhile', () =>
    withLab({ vms: 2 }, async (lab) => {
      await protect(lab);
      const first = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }), `${lab.source}-first`);
      await until(first.report, (r) => r.drill?.phase === 'hold');
      const second = await startDrill(lab, drillOf(lab), `${lab.source}-second`);
      const waiting = await until(second.report, (r) => r.vms.every((vm) => vm.error?.code === 'VmInUse'));
      expect(waiting.vms[0]?.error?.message).toContain(first.run);
      await first.cancel();
      expect((await second.result()).state).toBe('succeeded');
      expectNothingLeft(lab);
    }));

  it.concurrent('skips them when they are not free in time, and says why', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const first = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }), `${lab.source}-first`);
      await until(first.report, (r) => r.drill?.phase === 'hold');
      const report = await (await startDrill(lab, drillOf(lab, { waitForVms: 0 }), `${lab.source}-second`)).result();
      expect(report.vms).toMatchObject([
        { state: 'skipped', error: { code: 'VmInUse', message: expect.stringContaining(first.run) } },
      ]);
      await first.cancel();
      await first.result();
      expectNothingLeft(lab);
    }));
});

describe('a round trip', () => {
  /** Runs at the source under its name, and is protected to the destination. */
  function expectHome(lab: Lab): void {
    expectNothingLeft(lab);
    expect(world(lab).replications).toMatchObject(
      world(lab).replications.map(() => ({ isReversed: false, sourceSite: lab.source })),
    );
  }

  it.concurrent('goes there and back again', () =>
    withLab({ vms: 2 }, async (lab) => {
      await protect(lab);
      const report = await (await startDrill(lab, roundTrip(lab, { checks: [check()] }))).result();
      expect(report.vms.map(({ error }) => error)).toEqual([null, null]);
      expect(report.state).toBe('succeeded');
      const [vm] = report.vms;
      const order = ['sync', 'failover', 'reverse', 'sync', 'failover', 'reverse'];
      expect(vm?.operations.map(({ kind }) => kind)).toEqual(order);
      expect(vm?.checks.map(({ name }) => name)).toEqual(['tcp', 'back: tcp']);
      expectHome(lab);
    }));

  it.concurrent('that a person brings home in its hold proves nothing, and fails', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const drill = await startDrill(lab, roundTrip(lab, { hold: 3_600_000 }));
      const held = await until(drill.report, (r) => r.drill?.phase === 'hold');
      const { replicationId = null } = held.vms[0] ?? {};
      const atHome = { recoveryState: 'NOT_STARTED', state: 'OK', sourceSite: lab.source };
      for (const [operation, is] of [
        ['reverse', { ...atHome, sourceSite: lab.destination }],
        ['failover', { recoveryState: 'COMPLETE' }],
        ['reverse', atHome],
      ] as const) {
        lab.simulator.control.act({ operation, replicationId: replicationId ?? '', user: 'ann@acme' });
        await until(
          async () => world(lab).replications[0],
          (it) => Object.entries(is).every(([key, value]) => it?.[key as keyof typeof it] === value),
        );
      }
      await drill.cancel();
      const report = await drill.result();
      expect(report).toMatchObject({ state: 'failed', vms: [{ state: 'failed', error: { code: 'DoneByOthers' } }] });
      expect(report.vms[0]?.error?.message).toMatch(/failover and reverse of its round trip/);
      const own = report.vms[0]?.operations.map(({ kind }) => kind);
      expect(own).toEqual(['sync', 'failover']);
      expectHome(lab);
    }));

  it.concurrent('that is cancelled on its way out comes home first', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const drill = await startDrill(lab, roundTrip(lab, { hold: 3_600_000 }));
      await until(drill.report, (r) => r.drill?.phase === 'hold');
      await drill.cancel();
      expect((await drill.result()).state).toBe('cancelled');
      expectHome(lab);
    }));
});

describe('a round trip whose replication a person deletes', () => {
  it.concurrent('ends then, and says where its VMs stand and what to do', () =>
    withLab({ vms: 1, site: { missingFor: 500 } }, async (lab) => {
      await protect(lab);
      const change = { mode: 'roundtrip', confirm: 'removes-source', hold: 3_600_000 } as const;
      const drill = await startDrill(lab, drillOf(lab, change));
      const held = await until(drill.report, (r) => r.drill?.phase === 'hold');
      const [original] = world(lab).sites[lab.source]?.vms ?? [];
      const [copy] = world(lab).sites[lab.destination]?.vms ?? [];
      const sites = createSites(lab.config);
      await sites
        .get(lab.destination)
        .deleteReplication(held.vms[0]?.replicationId ?? '', { operationId: 'by hand', peer: lab.source });
      await sites.close();
      await until(
        async () => world(lab).replications,
        (all) => all.length === 0,
      );
      await drill.cancel();
      const report = await drill.result();
      expect(report).toMatchObject({ drill: { phase: 'done', left: [original?.name] } });
      const [vm] = report.vms;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'NotHome' } });
      expect(vm?.error?.message).toContain(`VM ${original?.id} at ${lab.source} is ${power(original)}`);
      expect(vm?.error?.message).toContain(`VM ${copy?.id} at ${lab.destination} is ${power(copy)}`);
      expect(vm?.error?.message).not.toContain(held.vms[0]?.replicationId);
      expect(vm?.error?.advice).toMatch(/protect.*anew/);
    }));

  const power = (vm?: { powerState: string }) => (vm?.powerState === 'POWERED_ON' ? 'ON' : 'OFF');
});

describe('a drill that cannot undo what it has begun', () => {
  const away = (lab: Lab) => (site: string) => lab.simulator.control.setUp(site, false);

  const ROUND = { mode: 'roundtrip', confirm: 'removes-source' } as const;
  const idsAt = (lab: Lab, site: string) => world(lab).sites[site]?.vms.map(({ id }) => id)[0];

  it.concurrent('since somebody has paused the resync of its way home ends with its time, and says what runs where', () =>
    inHold({
      options: { vms: 1 },
      change: () => ROUND,
      least: 30_000,
      happens: (lab) => {
        for (const { id } of world(lab).replications) lab.simulator.control.trouble(id, { isStalled: true });
      },
      judge: async (lab, drill) => {
        const { control } = lab.simulator;
        const { id = '', vmId = '' } = world(lab).replications[0] ?? {};
        await drill.cancel();
        await until(
          async () => world(lab).replications[0],
          (now) => now?.isReversed === true,
        );
        control.trouble(id, { isPaused: true });
        const said = await until(
          () => vmReport(lab, vmWorkflowId(lab.source, vmId)),
          (vm) => vm === null || vm.retrying?.code === 'ReplicationPaused',
        );
        // A machine on which its time was over before is shown only that it ends.
        if (said === null) return expect(await drill.result()).toMatchObject({ state: 'failed' });
        expect(said.undoneBy).toEqual(expect.any(String));
        expect(said.retrying?.until).toBe(said.undoneBy);
        expect((await drill.cancel()).message).toMatch(/is undone first, which only its time ends/);
        const report = await drill.result();
        const [vm] = report.vms;
        expect(report).toMatchObject({ state: 'failed', drill: { phase: 'done', left: [vm?.name] } });
        expect(vm).toMatchObject({ error: { code: 'NotHome' }, retrying: null });
        expect(vm?.undoneBy).toBeUndefined();
        expect(vm?.error?.message).toMatch(/time.* was over .*resync.*paused/);
        expect(vm?.error?.message).toContain(`VM ${idsAt(lab, lab.destination)} at ${lab.destination} is ON`);
        expect(vm?.error?.advice).toMatch(/Resume replication .* Then drover failback/);
      },
    }));

  it.concurrent.each(['vmId', 'vmIdOnceReversed'])(
    'since its replication shows another VM (%s) touches that no more',
    (when) =>
      inHold({
        options: { vms: 2 },
        change: (lab) => ({ ...ROUND, groups: lab.plan({}, 1).waves }),
        happens: (lab) => {
          const [mine, other] = lab.plan().waves[0]?.vms ?? [];
          for (const { id } of world(lab).replications.filter(({ vmId }) => vmId === mine?.id))
            lab.simulator.control.trouble(id, { [when]: other?.id });
        },
        judge: async (lab, drill) => {
          await drill.cancel();
          const [vm] = (await drill.result()).vms;
          expect(vm).toMatchObject({ state: 'failed', error: { code: 'NotHome' } });
          expect(vm?.error?.message).toContain(lab.plan().waves[0]?.vms[1]?.id);
          const reverses = when === 'vmId' ? 0 : 1;
          expect(entries(lab, 'reverse')).toHaveLength(reverses);
          expect(entries(lab, 'failover')).toHaveLength(1);
        },
      }),
  );

  it.concurrent('since the site of its originals is away ends with its time, and says what runs where', () =>
    inHold({
      options: { vms: 1 },
      change: () => ROUND,
      least: 45_000,
      happens: (lab) => away(lab)(lab.source),
      judge: async (lab, drill) => {
        await drill.cancel();
        const [vm] = (await drill.result()).vms;
        expect(vm).toMatchObject({ state: 'failed', error: { code: 'NotHome' } });
        // What it has under way is broken off first, which takes as long as a heartbeat.
        if (vm?.error?.message.includes('no time left')) throw new TooShort();
        expect(vm?.error?.message).toContain(`VM ${idsAt(lab, lab.destination)} at ${lab.destination} is ON`);
        expect(vm?.error?.message).toContain(`VM ${idsAt(lab, lab.source)} may stand at ${lab.source}`);
      },
    }));

  it.concurrent('since its site goes away while its test runs ends with its time, and leaves the copy to the sweeps', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      lab.simulator.control.setSpeed(20);
      const drill = await startDrill(lab, drillOf(lab, { timeout: 12_000 }));
      const seen = await until(
        async () => ({ sent: entries(lab, 'failover-test').length, phase: (await drill.report()).drill?.phase }),
        ({ sent, phase }) => sent > 0 || phase === 'clean-up' || phase === 'done',
      );
      away(lab)(lab.destination);
      const report = await drill.result();
      // On a machine on which its time was over before, nothing was made.
      if (seen.sent === 0) return;
      expect(report).toMatchObject({ state: 'failed', vms: [{ error: { code: 'TestCopyLeft' } }] });
      expect(report.vms[0]?.error?.message).toMatch(/time.* was over/);
      const status = await lab.client.workflow.getHandle(siteWorkflowId(lab.destination)).query(siteStatusQuery);
      expect(status.testCopies).toHaveLength(1);
    }));
});

describe('a drill that gets no answer', () => {
  /** A drill that left its copies behind, all its workflows terminated. */
  async function leftBehind(lab: Lab): Promise<void> {
    await protect(lab);
    const first = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }), `${lab.source}-first`);
    const held = await until(first.report, (r) => r.drill?.phase === 'hold');
    for (const { id } of held.vms)
      await lab.client.workflow.getHandle(vmWorkflowId(lab.source, id)).terminate('a test');
    await first.terminate();
  }

  it.concurrent('since a login is refused ends within its time, whatever its sweep of earlier copies meets', () =>
    withLab({ vms: 1 }, async (lab) => {
      await leftBehind(lab);
      lab.simulator.control.addFaults({
        operation: 'login',
        kind: 'status',
        status: 401,
        error: { code: 'NotAuthenticated', msg: 'made up' },
      });
      lab.simulator.control.expireSessions();
      const second = await startDrill(lab, drillOf(lab, { timeout: 5_000 }), `${lab.source}-second`);
      expect(await second.result()).toMatchObject({ state: 'failed', drill: { phase: 'done' } });
      // The sweep has ended as well, since nobody can say resume to it: the next one asks anew.
      const sweep = lab.client.workflow.getHandle(sweepWorkflowId(lab.destination));
      expect(await sweep.result()).toMatchObject({ removed: [], left: [{ vm: expect.any(String) }] });
    }));

  it.concurrent('since its site is away ends when its time is over, and at once when it is cancelled', () =>
    withLab({ vms: 1 }, async (lab) => {
      await leftBehind(lab);
      lab.simulator.control.setUp(lab.destination, false);
      const cancelled = await startDrill(lab, drillOf(lab), `${lab.source}-cancelled`);
      await until(cancelled.report, (r) => r.drill?.phase === 'claim');
      await cancelled.cancel();
      expect(await cancelled.result()).toMatchObject({ state: 'cancelled' });
      const late = await startDrill(lab, drillOf(lab, { timeout: 5_000 }), `${lab.source}-late`);
      expect(await late.result()).toMatchObject({ state: 'failed', drill: { phase: 'done' } });
    }));

  it.concurrent('since its site is away lets go of a VM that is being looked at', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      lab.simulator.control.setUp(lab.destination, false);
      const drill = await startDrill(lab, drillOf(lab, { timeout: 600_000 }));
      await until(drill.report, (r) => r.vms.every(({ state }) => state === 'running'));
      await drill.cancel();
      expect(await drill.result()).toMatchObject({ state: 'cancelled', totals: { cancelled: 1 } });
    }));
});
