/** vApps that are moved as one, judged by the simulator's ledger and world. */
import { expect } from '@jest/globals';
import { approveUpdate, resumeUpdate } from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { RunReport, VmReport } from '../../../contract/report.js';
import { bareId, type Plan, type PlanVm } from '../../../plan/types.js';
import { type Lab, withLab } from '../../support/lab.js';
import { aVm, aWave } from '../../support/plans.js';
import { given, protection } from '../../support/recoveries.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { vappsOf } from '../../support/vapps.js';
import { vmReport } from '../../support/vm-report.js';
import { spawnWorker } from '../../support/worker-process.js';

const APPROVED = { approval: 'wave', window: null, powerOn: true, consolidate: false } as const;

const run = (lab: Lab, id: string) => lab.client.workflow.getHandle(runWorkflowId(id));
const world = (lab: Lab, site: string) => lab.simulator.control.world().sites[site]?.vms ?? [];

/** Of its vApp, and of its VMs by themselves. */
function accepted(lab: Lab, kind: string, { id, vms = [] }: PlanVm): number {
  const its = new Set([bareId(id), ...vms.map((vm) => vm.id)]);
  const isIts = (one: string | null | undefined) => one != null && its.has(one);
  return lab.simulator.control
    .ledger()
    .filter((entry) => entry.kind === kind && (isIts(entry.vmId) || isIts(entry.vappId))).length;
}

function planOf(lab: Lab, vapps: PlanVm[], change: Partial<Plan> = {}): Plan {
  return lab.plan({ waves: [aWave('all', ...vapps)], ...change });
}

/** Its VMs stand in one vApp at the destination, on, and nowhere else. */
function expectMoved(lab: Lab, vapp: PlanVm): void {
  const ids = new Set(vapp.vms?.map(({ id }) => id));
  const there = world(lab, lab.destination).filter(({ origin }) => ids.has(origin ?? ''));
  expect(there.map(({ powerState }) => powerState)).toEqual([...ids].map(() => 'POWERED_ON'));
  expect(new Set(there.map(({ vappId }) => vappId)).size).toBe(1);
  expect(world(lab, lab.source).filter(({ id, powerState }) => ids.has(id) && powerState === 'POWERED_ON')).toEqual([]);
}

/** How many of its VMs, by their names, run at a site, and in how many vApps. */
function standing(lab: Lab, site: string, { vms = [] }: PlanVm): [count: number, vapps: number] {
  const names = new Set(vms.map(({ name }) => name));
  const on = world(lab, site).filter(({ name, powerState }) => names.has(name) && powerState === 'POWERED_ON');
  return [on.length, new Set(on.map(({ vappId }) => vappId)).size];
}

const stateOf = ({ vms }: RunReport) =>
  vms.map(({ state, waitingFor, error }) => [state, waitingFor, error?.code ?? null]);

describe('a vApp', () => {
  it.concurrent('is started and migrated as one, counts as its VMs, and is not moved again, nor is one of its VMs', () =>
    withLab({ vms: 6 }, async (lab) => {
      const vapps = vappsOf(6);
      const [crm, small] = vapps;
      if (crm === undefined || small === undefined) throw new Error('the simulator has two vApps');
      // The first takes all places of the run, so that the second comes after it.
      const report = await (await lab.start(planOf(lab, vapps, { limits: { syncs: 4, cutovers: 1 } }))).result();
      expect(report).toMatchObject({ state: 'succeeded', totals: { vms: 6, succeeded: 6 } });
      for (const vapp of vapps) {
        expect([accepted(lab, 'start', vapp), accepted(lab, 'migrate', vapp), accepted(lab, 'delete', vapp)]).toEqual([
          1, 1, 1,
        ]);
        expectMoved(lab, vapp);
      }
      const there = new Map(world(lab, lab.destination).map((vm) => [vm.id, vm.origin]));
      for (const { id, recoveredAs, power, replicationId } of report.vms[0]?.vms ?? []) {
        expect([there.get(recoveredAs ?? ''), power, replicationId]).toEqual([id, 'on', expect.stringMatching(/^C4-/)]);
      }

      const [vm] = crm.vms ?? [];
      const again = await (await lab.start(planOf(lab, [small, aVm(vm?.name ?? '', { id: vm?.id ?? '' })]))).result();
      expect(stateOf(again)).toEqual([
        ['skipped', null, 'AlreadyMigrated'],
        ['skipped', null, 'AlreadyMigrated'],
      ]);
      expect(accepted(lab, 'start', crm) + accepted(lab, 'start', small)).toBe(2);
    }));

  it.concurrent('is started once though its answer was lost and the worker killed, at a site that filters no tasks', () =>
    withLab({ vms: 3, workers: 0, assumptions: { operationIdFilter: 'ignored' } }, async (lab) => {
      const [crm] = vappsOf(3);
      if (crm === undefined) throw new Error('the simulator has a vApp');
      const first = await spawnWorker(lab);
      lab.simulator.control.addFaults({ operation: 'start', kind: 'reset-after', times: 1 });
      let second: Awaited<ReturnType<typeof spawnWorker>> | null = null;
      try {
        const { result } = await lab.start(planOf(lab, [crm]));
        await until(
          async () => accepted(lab, 'start', crm),
          (count) => count === 1,
        );
        await first.kill();
        second = await spawnWorker(lab);
        expect(await result()).toMatchObject({ state: 'succeeded' });
        expect([accepted(lab, 'start', crm), accepted(lab, 'migrate', crm)]).toEqual([1, 1]);
        expectMoved(lab, crm);
      } finally {
        await first.kill();
        await second?.kill();
      }
    }));

  it.concurrent('is failed over, reversed, and brought back as one', () =>
    withLab({ vms: 6 }, async (lab) => {
      const vapps = vappsOf(6);
      const [crm, small] = vapps;
      if (crm === undefined || small === undefined) throw new Error('the simulator has two vApps');
      const inAWave = (...units: PlanVm[]) => ({ waves: [aWave('all', ...units)] });
      await given(lab, protection(lab, inAWave(...vapps)));
      const failover = await given(lab, planOf(lab, vapps, { kind: 'failover' }));
      expect(failover.totals).toMatchObject({ vms: 6, succeeded: 6 });
      for (const vapp of vapps) expect(standing(lab, lab.destination, vapp)).toEqual([vapp.vms?.length, 1]);

      const confirm = 'removes-source' as const;
      await Promise.all([
        given(lab, planOf(lab, [crm], { kind: 'reverse', confirm })),
        given(lab, planOf(lab, [small], { kind: 'failback', confirm })),
      ]);
      expect(standing(lab, lab.destination, crm)).toEqual([4, 1]);
      expect(standing(lab, lab.source, small)).toEqual([2, 1]);
      expect(standing(lab, lab.destination, small)[0]).toBe(0);
      // No operation was sent for one of their VMs.
      const sent = lab.simulator.control.ledger();
      const count = (kind: string) => sent.filter((one) => one.kind === kind && one.vappId !== undefined).length;
      expect(['start', 'failover', 'migrate'].map(count)).toEqual([2, 2, 1]);
      const alone = sent.filter(({ kind, vappId }) => /^(start|failover|migrate|reverse)$/.test(kind) && !vappId);
      expect(alone).toEqual([]);
    }));

  it.concurrent('whose VMs changed is held with the difference before its start and before its cutover, and goes on by itself', () =>
    withLab({ vms: 3 }, async (lab) => {
      const [crm] = vappsOf(3);
      if (crm === undefined) throw new Error('the simulator has a vApp');
      const { control } = lab.simulator;
      const stranger = '00000000-1111-4222-8333-444444444444';
      const come = () => control.setVms({ id: stranger, site: lab.source, name: 'stranger', vappId: bareId(crm.id) });
      const go = () => control.setVms({ id: stranger, removed: true });
      come();
      const { run: id, report, result } = await lab.start(planOf(lab, [crm], { cutover: APPROVED }));
      const held = () => vmReport(lab, vmWorkflowId(lab.source, crm.id));
      const isHeld = (vm: VmReport | null) => vm?.error?.code === 'VappChanged' && vm.waitingFor === 'hold';
      const seen = await until(held, isHeld);
      expect(seen?.operations).toEqual([]);
      expect(seen?.error?.message).toContain(`stranger (${stranger}) was added`);
      go();
      await run(lab, id).executeUpdate(resumeUpdate, { args: [{}] });
      await until(report, (now) => now.vms[0]?.waitingFor === 'approval');
      come();
      await run(lab, id).executeUpdate(approveUpdate, { args: [{}] });
      await until(held, isHeld);
      expect(accepted(lab, 'migrate', crm)).toBe(0);
      go();
      expect(await result()).toMatchObject({ state: 'succeeded', totals: { succeeded: 3 } });
      expectMoved(lab, crm);
    }));

  it.concurrent('and one of its VMs in another run are never worked with at once, whichever came first', () =>
    withLab({ vms: 4 }, async (lab) => {
      const [crm] = vappsOf(4);
      const vm = crm?.vms?.[1];
      if (crm === undefined || vm === undefined) throw new Error('the simulator has a vApp');
      const ofVapp = await lab.start(planOf(lab, [crm], { cutover: APPROVED }));
      await until(ofVapp.report, (now) => now.vms[0]?.waitingFor === 'approval');
      const ofVm = await lab.start(planOf(lab, [aVm(vm.name, { id: vm.id })], { adopt: 'matching' }));
      await until(ofVm.report, (now) => now.vms[0]?.waitingFor === 'claim' && now.vms[0]?.error?.code === 'VmInUse');
      await run(lab, ofVapp.run).executeUpdate(approveUpdate, { args: [{}] });
      expect(await ofVapp.result()).toMatchObject({ state: 'succeeded' });
      expect((await ofVm.result()).vms[0]).toMatchObject({ state: 'skipped', error: { code: 'AlreadyMigrated' } });
      expect([accepted(lab, 'start', crm), accepted(lab, 'migrate', crm)]).toEqual([1, 1]);
    }));
});
