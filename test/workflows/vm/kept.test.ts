/** What stays at the sites when a VM is stopped at the gate, and what its report says of its source. */
import { expect } from '@jest/globals';
import { approveUpdate, cancelUpdate } from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { VmReport } from '../../../contract/report.js';
import type { Plan } from '../../../plan/types.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, withLab } from '../../support/lab.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { isAtGate, vmReport } from '../../support/vm-report.js';

const withPart = sharedLab({ vms: 6 });

const AT_GATE = { approval: 'wave', window: null, powerOn: 'asSource', consolidate: false } as const;

const replications = (lab: Lab) => lab.simulator.control.world().replications;
const sentBy = (lab: Lab, kind: string) =>
  lab.simulator.control.ledger().flatMap((entry) => (entry.kind === kind ? [entry.user] : []));

/** A run whose VM stands at the gate, and what cancels it there. */
async function atTheGate(lab: Lab): Promise<() => Promise<VmReport | undefined>> {
  const { run, result } = await lab.start(lab.plan({ cutover: AT_GATE }));
  const id = vmWorkflowId(lab.source, lab.plan().waves[0]?.vms[0]?.id ?? '');
  await until(() => vmReport(lab, id), isAtGate);
  return async () => {
    await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(cancelUpdate, { args: [{}] });
    return (await result()).vms[0];
  };
}

type Act = 'failover-test' | 'migrate' | 'failover';

async function byAnn(lab: Lab, operation: Act, state: string): Promise<void> {
  const replicationId = replications(lab)[0]?.id ?? '';
  lab.simulator.control.act({ operation, replicationId, user: 'ann@acme', body: { type: 'vcloud', powerOn: true } });
  await until(
    async () => replications(lab)[0]?.recoveryState,
    (is) => is === state,
  );
}

describe('a stop at the gate', () => {
  const DONE = [
    ['tested', 'failover-test', 'TEST', 'TestCopyExists', 'on'],
    ['migrated', 'migrate', 'COMPLETE', 'DoneByOthers', 'off'],
    ['failed over', 'failover', 'COMPLETE', 'DoneByOthers', 'on'],
  ] as const;

  // What was failed over is recovered as what was migrated is.
  it.concurrent.each(inShort(DONE, ([done]) => done !== 'failed over'))(
    'leaves what a person has %s meanwhile, and says how the source is',
    (_, act, state, code, power) =>
      withPart(1, async (lab) => {
        const cancel = await atTheGate(lab);
        await byAnn(lab, act, state);
        const vm = await cancel();
        expect(vm).toMatchObject({ state: 'cancelled', error: { code }, source: { power } });
        expect(vm?.error?.message).toMatch(/stays:/);
        expect(vm?.error?.message).toMatch(power === 'on' ? /Its source at \S+ is on/ : /Its source at \S+ is OFF/);
        expect(replications(lab)).toHaveLength(1);
        expect(sentBy(lab, 'delete')).toEqual([]);
      }),
  );

  it.concurrent('leaves what a person just migrates, and says so', () =>
    withLab({ vms: 1 }, async (lab) => {
      const cancel = await atTheGate(lab);
      // It is under way for a minute then, and stands still from when that is seen.
      lab.simulator.control.setSpeed(1);
      await byAnn(lab, 'migrate', 'IN_PROGRESS');
      lab.simulator.control.setSpeed(0.01);
      const vm = await cancel();
      expect(vm).toMatchObject({ state: 'cancelled', error: { code: 'DoneByOthers' } });
      expect(vm?.source).toBeDefined();
      expect(vm?.error?.message).toMatch(/stays:.*is recovering/);
      expect(replications(lab)).toHaveLength(1);
      expect(sentBy(lab, 'delete')).toEqual([]);
    }));

  it.concurrent('tells that the replication of an earlier run stays, and that its cutover has left the source off', () =>
    withPart(1, async (lab) => {
      const error = { code: 'BadRequest', msg: 'made up' };
      lab.simulator.control.addFaults({ operation: 'migrate', kind: 'fail-task', stage: 'recover', times: 1, error });
      const failed = await (await lab.start(lab.plan({ cutover: { ...AT_GATE, approval: 'none' } }))).result();
      expect(failed.vms[0]).toMatchObject({ state: 'failed', source: { power: 'off' } });
      const vm = await (await atTheGate(lab))();
      expect(vm).toMatchObject({ state: 'cancelled', source: { power: 'off', before: 'on' } });
      expect(vm?.downSince).toBe(failed.vms[0]?.downSince);
      expect(vm?.notes).toContainEqual(expect.stringMatching(/stays.*off since an earlier run/));
      expect(replications(lab)).toHaveLength(1);
    }));
});

describe('what the cutover of an earlier run has left off', () => {
  const THROUGH = { ...AT_GATE, approval: 'none' } as const;
  const idOf = (lab: Lab) => vmWorkflowId(lab.source, lab.plan().waves[0]?.vms[0]?.id ?? '');
  const steer = (lab: Lab, run: string, update: typeof cancelUpdate) =>
    lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(update, { args: [{}] });

  async function leftOff(lab: Lab): Promise<VmReport> {
    const error = { code: 'BadRequest', msg: 'made up' };
    lab.simulator.control.addFaults({ operation: 'migrate', kind: 'fail-task', stage: 'recover', times: 1, error });
    const [vm] = (await (await lab.start(lab.plan({ cutover: THROUGH }))).result()).vms;
    expect(vm).toMatchObject({
      state: 'failed',
      source: { power: 'off', before: 'on' },
      downSince: expect.any(String),
    });
    return vm as VmReport;
  }

  async function whileItWaits(lab: Lab, change: Partial<Plan>) {
    const { run, report, result } = await lab.start(lab.plan({ cutover: AT_GATE, ...change }));
    const { vms } = await until(report, ({ vms: [vm] }) => vm?.waitingFor === 'approval' || vm?.error != null);
    return { run, result, vm: vms[0] };
  }

  it.concurrent('is told while a migration waits for its approval, until it is seen to be on again', () =>
    withPart(1, async (lab) => {
      const { downSince } = await leftOff(lab);
      const { run, result, vm } = await whileItWaits(lab, {});
      expect(vm).toMatchObject({ waitingFor: 'approval', downSince, source: { power: 'off', before: 'on' } });
      lab.simulator.control.setVms({ id: vm?.id ?? '', powerState: 'POWERED_ON' });
      await steer(lab, run, approveUpdate);
      const [moved] = (await result()).vms;
      expect(moved).toMatchObject({ state: 'succeeded', downSince: null, source: { before: 'on' } });
      const first = moved?.operations.find(({ kind }) => kind === 'migrate')?.submittedAt ?? '';
      const most = (Date.parse(moved?.finishedAt ?? '') - Date.parse(first)) / 1000;
      expect(moved?.outageSeconds).toBeLessThanOrEqual(most + 0.1);
    }));

  it.concurrent('is told while a failover waits for its approval, until that has brought it up', () =>
    withPart(1, async (lab) => {
      const { downSince } = await leftOff(lab);
      const { run, result, vm } = await whileItWaits(lab, { kind: 'failover' });
      expect(vm).toMatchObject({ waitingFor: 'approval', downSince, source: { power: 'off', before: 'on' } });
      await steer(lab, run, approveUpdate);
      const [recovered] = (await result()).vms;
      expect(recovered).toMatchObject({ state: 'succeeded', downSince: null, outageSeconds: expect.any(Number) });
    }));

  it.concurrent.each([
    ['before anything is looked at', 'inventory', 'unknown'],
    ['while its replication is taken over', 'reconfigure', 'off'],
  ] as const)('is told while a VM is held %s', (_, operation, power) =>
    withLab({ vms: 1 }, async (lab) => {
      const { downSince } = await leftOff(lab);
      const error = { code: 'ServiceNotLicensed', msg: 'made up' };
      lab.simulator.control.addFaults({ kind: 'status', operation, status: 400, error });
      const { run, result } = await lab.start(lab.plan({ cutover: THROUGH }));
      const held = await until(
        () => vmReport(lab, idOf(lab)),
        (vm) => vm?.state === 'waiting' && vm.downSince != null,
      );
      expect(held).toMatchObject({ downSince, source: { power, before: 'on' } });
      await steer(lab, run, cancelUpdate);
      expect((await result()).vms[0]).toMatchObject({ state: 'cancelled', downSince });
    }),
  );
});
