/** What is read, decided and kept right before a VM is taken down, and after an attempt to do so has failed. */
import { expect } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import { approveUpdate, cancelUpdate, resumeUpdate, vmReportQuery } from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { VmReport } from '../../../contract/report.js';
import type { Plan } from '../../../plan/types.js';
import type { FaultRule } from '../../../simulator/index.js';
import { entries } from '../../support/drills.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, withLab } from '../../support/lab.js';
import { sharedLab } from '../../support/shared-lab.js';
import { OTHER_VDC, shows, showsOtherOrg, showsOtherVdc } from '../../support/shows.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { isAtGate } from '../../support/vm-report.js';

const CUTOVER: Plan['cutover'] = { approval: 'none', window: null, powerOn: 'asSource', consolidate: false };
const APPROVED = { cutover: { ...CUTOVER, approval: 'wave' } } satisfies Partial<Plan>;

const withPart = sharedLab({ vms: 15 });

const sourceOf = (lab: Lab) => lab.simulator.control.world().sites[lab.source]?.vms[0];
const copyOf = (lab: Lab) => lab.simulator.control.world().sites[lab.destination]?.vms[0];

function replicationOf(lab: Lab): string {
  const [replication] = lab.simulator.control.world().replications;
  if (replication === undefined) throw new Error('no replication');
  return replication.id;
}

/** What the VM's own workflow says: its run hears of it at its end alone. A workflow that has not begun is asked again. */
async function vmOf(lab: Lab): Promise<VmReport | null> {
  const id = vmWorkflowId(lab.source, sourceOf(lab)?.id ?? '');
  try {
    return await lab.client.workflow.getHandle(id).query(vmReportQuery);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** What the VM says of itself once it is held. */
async function held(lab: Lab): Promise<VmReport | null> {
  return until(
    () => vmOf(lab),
    (vm) => vm?.waitingFor === 'hold',
  );
}

/** A run whose VM stands at the gate. */
async function atTheGate(lab: Lab, change: Partial<Plan> = APPROVED, vms?: number) {
  const started = await lab.start(lab.plan(change, vms));
  await until(() => vmOf(lab), isAtGate);
  const approve = () =>
    lab.client.workflow.getHandle(runWorkflowId(started.run)).executeUpdate(approveUpdate, { args: [{}] });
  return { ...started, approve };
}

describe('a copy that is not fit when its VM has passed the gate', () => {
  type Trouble = Parameters<Lab['simulator']['control']['trouble']>[1];
  const TROUBLES: [string, Trouble, Trouble, string][] = [
    ['moved by the site', { isMovingReplica: true }, { isMovingReplica: false }, 'ReplicaMoving'],
    ['paused', { isPaused: true }, { isPaused: false }, 'ReplicationPaused'],
    ['in error', { error: { code: 'DiskBroken', msg: 'sector 7' } }, { error: null }, 'ReplicationError'],
  ];

  // What is moved by the site passes as what is paused does.
  it.concurrent.each(inShort(TROUBLES, ([name]) => name !== 'moved by the site'))(
    '%s is not cut over before that is over; it says why, and holds no slot',
    (_, on, off, code) =>
      withPart(1, async (lab) => {
        const { approve, result } = await atTheGate(lab);
        lab.simulator.control.trouble(replicationOf(lab), on);
        await approve();
        const waiting = await held(lab);
        expect(waiting?.error).toMatchObject({ code, advice: expect.stringMatching(/\.$/) });
        expect(entries(lab, 'migrate')).toEqual([]);
        expect(sourceOf(lab)?.powerState).toBe('POWERED_ON');
        lab.simulator.control.trouble(replicationOf(lab), off);
        const done = await result();
        expect(done.vms[0]).toMatchObject({ state: 'succeeded', error: null });
        expect(lab.wrongWith(done)).toEqual([]);
      }),
  );

  it.concurrent('in a test that a person began is not cut over, and goes on when they have cleaned up', () =>
    withPart(1, async (lab) => {
      const { approve, result } = await atTheGate(lab, { ...APPROVED, kind: 'migrate' });
      const replicationId = replicationOf(lab);
      lab.simulator.control.act({ operation: 'failover-test', replicationId, body: { powerOn: true } });
      await until(
        async () => lab.simulator.control.world().replications,
        ([r]) => r?.recoveryState === 'TEST',
      );
      await approve();
      const waiting = await held(lab);
      expect(waiting?.error).toMatchObject({ code: 'TestCopyExists' });
      expect(entries(lab, 'migrate')).toEqual([]);
      lab.simulator.control.act({ operation: 'cleanup', replicationId });
      expect((await result()).state).toBe('succeeded');
    }));

  it.concurrent('of another VM by now is held, and is neither cut over nor removed', () =>
    withLab({ vms: 2 }, async (lab) => {
      const { run, approve, result } = await atTheGate(lab, APPROVED, 1);
      const [, other] = lab.simulator.control.world().sites[lab.source]?.vms ?? [];
      lab.simulator.control.trouble(replicationOf(lab), { vmId: other?.id });
      await approve();
      const waiting = await held(lab);
      expect(waiting?.error).toMatchObject({ code: 'WrongReplication', operation: 'migrate' });
      expect(waiting?.error?.message).toContain(`${other?.name} (${other?.id})`);
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(cancelUpdate, { args: [{}] });
      expect((await result()).vms[0]).toMatchObject({ state: 'cancelled' });
      expect(lab.simulator.control.ledger().map(({ kind }) => kind)).toEqual(['start']);
    }));

  it.concurrent('that neither side reports on, and that is not healthy, is held until a person says to go on', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { run, approve, result } = await atTheGate(lab);
      const members = { dataConnectionState: 'UNKNOWN', overallHealth: 'RED' };
      shows(lab, members);
      await approve();
      expect((await held(lab))?.error).toMatchObject({ code: 'ReplicationUnhealthy', operation: 'migrate' });
      expect(entries(lab, 'migrate')).toEqual([]);
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(resumeUpdate, { args: [{}] });
      expect((await result()).state).toBe('succeeded');
      expect(entries(lab, 'migrate')).toHaveLength(1);
    }));

  it.concurrent('that would put the VM in another VDC than the plan is refused with both values', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { approve, result } = await atTheGate(lab);
      showsOtherVdc(lab);
      await approve();
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'ReplicatedElsewhere' } });
      expect(vm?.error?.message).toContain(OTHER_VDC);
      expect(entries(lab, 'migrate')).toEqual([]);
      expect(sourceOf(lab)?.powerState).toBe('POWERED_ON');
    }));

  it.concurrent('that its start was put in another VDC than the plan is refused at the first look after the start', () =>
    withLab({ vms: 1 }, async (lab) => {
      showsOtherVdc(lab);
      const { cutover } = lab.plan();
      // Nobody approves it: what is wrong is said before its gate.
      const { result } = await lab.start(lab.plan({ cutover: { ...cutover, approval: 'vm' } }));
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'ReplicatedElsewhere', operation: 'start' } });
      expect(vm?.error?.message).toContain(OTHER_VDC);
      expect(vm?.error?.message).toContain(vm?.replicationId);
    }));

  it.concurrent('that its start was put in another organization is refused at the first look after the start', () =>
    withLab({ vms: 1 }, async (lab) => {
      showsOtherOrg(lab);
      const { result } = await lab.start(lab.plan(APPROVED));
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'ReplicatedElsewhere', operation: 'start' } });
      expect(vm?.error?.message).toMatch(/in organization globex instead of acme/);
    }));

  it.concurrent('that goes to another organization by then is refused with both', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { approve, result } = await atTheGate(lab);
      showsOtherOrg(lab);
      await approve();
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'ReplicatedElsewhere', operation: 'migrate' } });
      expect(vm?.error?.message).toMatch(/in organization globex instead of acme/);
      expect(entries(lab, 'migrate')).toEqual([]);
    }));

  it.concurrent('recovered by a person meanwhile fails, says by whom, and is not cut over again', () =>
    withPart(1, async (lab) => {
      const { approve, result } = await atTheGate(lab);
      const body = { powerOn: true };
      lab.simulator.control.act({ operation: 'migrate', replicationId: replicationOf(lab), user: 'ann@acme', body });
      await until(
        async () => lab.simulator.control.world().replications,
        ([r]) => r?.recoveryState === 'COMPLETE',
      );
      await approve();
      const [vm] = (await result()).vms;
      const [theirs] = entries(lab, 'migrate');
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'DoneByOthers', operation: 'migrate' } });
      expect(vm?.error?.message).toContain(
        `ann@acme has recovered it there meanwhile by a migrate (task ${theirs?.taskId})`,
      );
      expect(entries(lab, 'migrate')).toHaveLength(1);
    }));
});

describe('a copy that is changed between two attempts to cut it over', () => {
  type Trouble = Parameters<Lab['simulator']['control']['trouble']>[1];
  const CHANGES: [string, Trouble, Trouble, string][] = [
    ['paused', { isPaused: true }, { isPaused: false }, 'ReplicationPaused'],
    ['moved by the site', { isMovingReplica: true }, { isMovingReplica: false }, 'ReplicaMoving'],
  ];

  it.concurrent.each(inShort(CHANGES, ([name]) => name === 'moved by the site'))(
    '%s is looked at before the next, and not cut over',
    (_, on, off, code) =>
      withPart(1, async (lab) => {
        const { control } = lab.simulator;
        const { approve, result } = await atTheGate(lab);
        control.addFaults({ operation: 'migrate', kind: 'status', status: 503 });
        await approve();
        await until(
          async () => control.faults(),
          ([fault]) => (fault?.struck ?? 0) > 0,
        );
        control.trouble(replicationOf(lab), on);
        expect((await held(lab))?.error).toMatchObject({ code });
        control.clearFaults();
        expect(entries(lab, 'migrate')).toEqual([]);
        expect(sourceOf(lab)?.powerState).toBe('POWERED_ON');
        control.trouble(replicationOf(lab), off);
        const done = await result();
        expect(done.vms[0]).toMatchObject({ state: 'succeeded', error: null });
        expect(lab.wrongWith(done)).toEqual([]);
      }),
  );
});

describe('powerOn: asSource', () => {
  const POWERS = [
    ['on', 'POWERED_ON'],
    ['off', 'POWERED_OFF'],
  ] as const;

  // What was on comes up in every other test.
  it.concurrent.each(inShort(POWERS, ([power]) => power === 'off'))(
    'leaves the copy of a VM that was %s as that was',
    (power, powerState) =>
      withPart(1, async (lab) => {
        const id = sourceOf(lab)?.id ?? '';
        const { approve, result } = await atTheGate(lab);
        lab.simulator.control.setVms({ id, powerState });
        await approve();
        const done = await result();
        expect(done.vms[0]).toMatchObject({ state: 'succeeded', source: { before: power, power: 'off' } });
        expect(done.vms[0]?.source?.known).toMatch(power === 'on' ? /moved it/ : /lists it as off/);
        expect(copyOf(lab)?.powerState).toBe(powerState);
      }),
  );

  it.concurrent('is kept over attempts: the first has switched the source off itself', () =>
    withPart(1, async (lab) => {
      lab.simulator.control.addFaults(failing('recover', 'GeneralServerFailure', { times: 1 }));
      const { result } = await lab.start(lab.plan({ cutover: CUTOVER }));
      expect((await result()).state).toBe('succeeded');
      expect(copyOf(lab)?.powerState).toBe('POWERED_ON');
    }));

  it.concurrent('is kept over runs: the cutover of an earlier one has switched the source off', () =>
    withPart(1, async (lab) => {
      lab.simulator.control.addFaults(failing('recover', 'BadRequest', { times: 1 }));
      const [failed] = (await (await lab.start(lab.plan({ cutover: CUTOVER }))).result()).vms;
      expect(failed).toMatchObject({ state: 'failed', source: { power: 'off', before: 'on' } });
      const [vm] = (await (await lab.start(lab.plan({ cutover: CUTOVER }))).result()).vms;
      expect(vm).toMatchObject({ state: 'succeeded', source: { power: 'off', before: 'on' } });
      expect(vm?.notes).toContainEqual(expect.stringMatching(/off since an earlier run/));
      expect(copyOf(lab)?.powerState).toBe('POWERED_ON');
      // Down over both of them.
      const begunAt = Date.parse(failed?.operations.find(({ kind }) => kind === 'migrate')?.submittedAt ?? '');
      expect(vm?.outageSeconds).toBeGreaterThanOrEqual((Date.parse(vm?.startedAt ?? '') - begunAt) / 1000 - 1);
    }));

  it.concurrent('takes what is not known as on, and says so', () =>
    withLab({ vms: 1, assumptions: { inventoryPowerState: false } as never }, async (lab) => {
      const { result } = await lab.start(lab.plan({ cutover: CUTOVER }));
      const [vm] = (await result()).vms;
      expect(vm?.source).toMatchObject({ power: 'off', before: 'unknown' });
      expect(vm?.notes).toEqual([
        expect.stringMatching(/powered on, since it is not known/),
        expect.stringMatching(/^Whether .* is on at .*, where it was recovered, is not known/),
      ]);
      expect(copyOf(lab)?.powerState).toBe('POWERED_ON');
    }));

  it.concurrent('takes a suspended VM as on, and says so', () =>
    withPart(1, async (lab) => {
      const { approve, result } = await atTheGate(lab);
      lab.simulator.control.setVms({ id: sourceOf(lab)?.id ?? '', powerState: 'SUSPENDED' });
      await approve();
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'succeeded', source: { before: 'unknown' } });
      expect(vm?.notes).toContainEqual(expect.stringMatching(/powered on, since it is not known.*SUSPENDED/));
      expect(copyOf(lab)?.powerState).toBe('POWERED_ON');
    }));

  it.concurrent('is overruled for one VM by its own word', () =>
    withPart(1, async (lab) => {
      const plan = lab.plan({ cutover: CUTOVER });
      const [vm] = plan.waves[0]?.vms ?? [];
      if (vm !== undefined) vm.powerOn = false;
      await (await lab.start(plan)).result();
      expect(copyOf(lab)?.powerState).toBe('POWERED_OFF');
    }));
});

const failing = (stage: string, code: string, change: Partial<FaultRule> = {}): FaultRule =>
  ({ operation: 'migrate', kind: 'fail-task', stage, error: { code, msg: 'made up' }, ...change }) as FaultRule;

describe('a cutover whose task failed', () => {
  const PACE = { GeneralServerFailure: { retry: { initial: 500, max: 4_000, for: 3_000 } } };

  it.concurrent('is sent again at the pace of its row, and ends with what is off', () =>
    withLab({ vms: 1, errors: PACE }, async (lab) => {
      lab.simulator.control.addFaults(failing('recover', 'GeneralServerFailure'));
      const { result } = await lab.start(lab.plan({ cutover: CUTOVER }));
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'failed', source: { power: 'off', before: 'on' } });
      expect(vm?.error?.code).toBe('GeneralServerFailure');
      expect(vm?.error?.message).toMatch(/Its source is OFF, seen since .*Gave up after/);
      expect(vm?.error?.advice).not.toMatch(/is OFF/);
      expect(sourceOf(lab)?.powerState).toBe('POWERED_OFF');
      const sent = entries(lab, 'migrate').map(({ at }) => at);
      expect(sent.length).toBeLessThanOrEqual(5);
      sent.slice(1).forEach((at, n) => expect(at - (sent[n] ?? 0)).toBeGreaterThanOrEqual(500 * 2 ** n * 0.9 - 100));
    }));

  it.concurrent('that failed for good is no reason to power the source on where its copy runs', () =>
    withPart(1, async (lab) => {
      lab.simulator.control.addFaults(failing('undeploy-source', 'SiteSpecific'));
      const { result } = await lab.start(lab.plan({ cutover: CUTOVER }));
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'failed', downSince: null, outageSeconds: expect.any(Number) });
      expect(vm?.error?.advice).toMatch(new RegExp(`${copyOf(lab)?.id}, runs at ${lab.destination}: use that`));
    }));

  it.concurrent('is not sent again when its copy was recovered all the same', () =>
    withPart(1, async (lab) => {
      lab.simulator.control.addFaults(failing('undeploy-source', 'GeneralServerFailure'));
      const { result } = await lab.start(lab.plan({ cutover: CUTOVER }));
      const [vm] = (await result()).vms;
      expect(entries(lab, 'migrate')).toHaveLength(1);
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'GeneralServerFailure' } });
      expect(vm?.error?.message).toMatch(/recovered all the same/);
    }));

  it.concurrent('waits with its repeat while the copy is not fit', () =>
    withLab({ vms: 1 }, async (lab) => {
      lab.simulator.control.addFaults(failing('sync', 'GeneralServerFailure', { times: 1 }));
      const { approve, result } = await atTheGate(lab);
      // The task stands still until the copy is not fit: once it has failed, it is repeated within a moment.
      lab.simulator.control.setSpeed(0.01);
      await approve();
      await until(
        async () => entries(lab, 'migrate'),
        (all) => all.length === 1,
      );
      lab.simulator.control.trouble(replicationOf(lab), { isMovingReplica: true });
      lab.simulator.control.setSpeed(200);
      await held(lab);
      expect(entries(lab, 'migrate')).toHaveLength(1);
      lab.simulator.control.trouble(replicationOf(lab), { isMovingReplica: false });
      expect((await result()).state).toBe('succeeded');
    }));
});

/** How long the window is open at first, and how long a failed cutover pauses: by then it has closed. ms */
const OPEN = 20_000;

describe('a window that closes after a cutover has failed', () => {
  /** The first task fails at once; it is done again after the window has closed. */
  async function through(
    stage: string,
    begun: 'finish' | 'hold',
    judge: (lab: Lab, vm: VmReport) => void,
    open = OPEN,
  ): Promise<void> {
    const errors = { GeneralServerFailure: { retry: { initial: open, max: open, for: 10 * open } } };
    let hasBegun = false;
    await withLab({ vms: 1, errors, speed: 2_000 }, async (lab) => {
      lab.simulator.control.addFaults(failing(stage, 'GeneralServerFailure', { times: 1 }));
      const opens = new Date(Date.now() - 1_000).toISOString();
      const closes = new Date(Date.now() + open).toISOString();
      const window = { opens, closes, missed: 'fail', begun } as const;
      const { result } = await lab.start(lab.plan({ cutover: { ...CUTOVER, window } }));
      const [vm] = (await result()).vms;
      if (vm === undefined) throw new Error('no VM');
      hasBegun = entries(lab, 'migrate').length > 0;
      if (hasBegun) judge(lab, vm);
      else expect(vm.error?.code).toBe('WindowMissed');
    });
    // A machine on which the window closes before the cutover can begin is given a longer one.
    if (!hasBegun) await through(stage, begun, judge, 3 * open);
  }

  it.concurrent('finish: is finished while its source is known to be off', () =>
    through('recover', 'finish', (lab, vm) => {
      expect(vm.state).toBe('succeeded');
      expect(entries(lab, 'migrate')).toHaveLength(2);
    }));

  it.concurrent('finish: is not begun anew while its source is on', () =>
    through('power-off', 'finish', (lab, vm) => {
      expect(vm).toMatchObject({ state: 'failed', source: { power: 'on' }, error: { code: 'GeneralServerFailure' } });
      expect(vm.error?.message).toMatch(/its window closed/);
      expect(entries(lab, 'migrate')).toHaveLength(1);
      expect(sourceOf(lab)?.powerState).toBe('POWERED_ON');
    }));

  it.concurrent('hold: is never sent outside of it, and what is off is said', () =>
    through('recover', 'hold', (lab, vm) => {
      expect(vm).toMatchObject({ state: 'failed', source: { power: 'off' } });
      expect(vm.error?.message).toMatch(/is OFF.*window\.begun: hold/);
      expect(entries(lab, 'migrate')).toHaveLength(1);
    }));
});
