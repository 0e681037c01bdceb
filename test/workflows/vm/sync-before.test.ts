/** The sync ahead of a cutover: what is sent while the VM still runs, and what becomes of the cutover; judged by the ledger. */
import { expect } from '@jest/globals';
import { SITE } from '../../../contract/inputs.js';
import {
  approveUpdate,
  cancelUpdate,
  ordersSignal,
  pauseUpdate,
  resumeUpdate,
  setSiteUpdate,
  siteResumeSignal,
  siteStatusQuery,
} from '../../../contract/messages.js';
import { runWorkflowId, siteWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { RunReport, VmReport } from '../../../contract/report.js';
import type { SiteLimits } from '../../../contract/site.js';
import type { Plan } from '../../../plan/types.js';
import { entries } from '../../support/drills.js';
import { eventsOf } from '../../support/events-of.js';
import { type Lab, type LabOptions, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { isAtGate, vmReport } from '../../support/vm-report.js';

const APPROVED: Plan['cutover'] = { approval: 'wave', window: null, powerOn: 'asSource', consolidate: false };
/** more than the 30 minutes of a plan that says nothing */
const OLD = -40 * 60_000;
/** Nobody asks by itself: ms. */
const DAY = 24 * 60 * 60_000;

const sourcesOf = (lab: Lab) => lab.simulator.control.world().sites[lab.source]?.vms ?? [];
const vmNow = (lab: Lab, n = 0): Promise<VmReport | null> =>
  vmReport(lab, vmWorkflowId(lab.source, sourcesOf(lab)[n]?.id ?? ''));
const kindsOf = ({ vms }: RunReport) => vms.map(({ operations }) => operations.map(({ kind }) => kind));
const handle = (lab: Lab, run: string) => lab.client.workflow.getHandle(runWorkflowId(run));

function replicationOf(lab: Lab, n = 0) {
  const { id = '' } = sourcesOf(lab)[n] ?? {};
  const found = lab.simulator.control.world().replications.find(({ vmId }) => vmId === id);
  if (found === undefined) throw new Error(`VM ${n} has no replication`);
  return found;
}

const isTold = (vm: VmReport | null) => vm?.retrying != null;
const untilSyncing = (lab: Lab, count = 1) =>
  until(
    async () => entries(lab, 'sync'),
    (all) => all.length >= count,
  );

/** Who holds which places, as `sync` or `cutover` and the VM's name. */
async function holders(lab: Lab): Promise<string[]> {
  const site = lab.client.workflow.getHandle(siteWorkflowId(lab.destination));
  return (await site.query(siteStatusQuery)).holders.map(({ slot }) => slot).sort();
}

/** The site that the copies are at, which runs before any VM has asked it for a place. */
async function siteOf(lab: Lab) {
  const site = await lab.client.workflow.signalWithStart(SITE, {
    workflowId: siteWorkflowId(lab.destination),
    taskQueue: lab.taskQueue,
    args: [{ site: lab.destination }],
    signal: siteResumeSignal,
    signalArgs: [{ at: 0 }],
  });
  return {
    set: (settings: { brake?: boolean; limits?: Partial<SiteLimits> }) =>
      site.executeUpdate(setSiteUpdate, { args: [settings] }),
    queue: async () => (await site.query(siteStatusQuery)).queue,
  };
}

/** A run whose VMs stand at the gate, with a copy of the first that is too old to be cut over. */
async function withOldCopy(lab: Lab, cutover: Partial<Plan['cutover']> = {}, change: Partial<Plan> = {}) {
  const started = await lab.start(lab.plan({ cutover: { ...APPROVED, ...cutover }, ...change }));
  await until(
    () => Promise.all(sourcesOf(lab).map((_, n) => vmNow(lab, n))),
    (vms) => vms.every(isAtGate),
  );
  lab.simulator.control.trouble(replicationOf(lab).id, { instancesAheadMs: OLD });
  const approve = () => handle(lab, started.run).executeUpdate(approveUpdate, { args: [{}] });
  return { ...started, approve };
}

/** How often the first VM's workflow was told what is wanted of it. */
async function ordersHeard(lab: Lab): Promise<number> {
  const { events } = await lab.client.workflow
    .getHandle(vmWorkflowId(lab.source, sourcesOf(lab)[0]?.id ?? ''))
    .fetchHistory();
  const named = (events ?? []).map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
  return named.filter((name) => name === ordersSignal.name).length;
}

/** Its sync has begun and does not end before {@link goOn}. */
async function inSync(options: LabOptions, test: (lab: Lab, run: Awaited<ReturnType<typeof withOldCopy>>) => unknown) {
  await withLab({ vms: 1, ...options }, async (lab) => {
    const run = await withOldCopy(lab);
    lab.simulator.control.trouble(replicationOf(lab).id, { isStalled: true });
    await run.approve();
    await untilSyncing(lab);
    await test(lab, run);
  });
}
const goOn = (lab: Lab) => lab.simulator.control.trouble(replicationOf(lab).id, { isStalled: false });

describe('a copy that is older than its plan wants it to be', () => {
  it.concurrent('is synced before its cutover, one that is young is not, and the report has the bytes', () =>
    // On a busy machine it lasts so long that VMs would ask the site themselves meanwhile.
    withLab({ vms: 2, site: { polling: { interval: 200, selfCheck: 3_600_000 } } }, async (lab) => {
      const { approve, result } = await withOldCopy(lab);
      await approve();
      const done = await result();
      expect(kindsOf(done)).toEqual([
        ['start', 'sync', 'migrate', 'delete'],
        ['start', 'migrate', 'delete'],
      ]);
      const [start, sync] = done.vms[0]?.operations ?? [];
      expect(start?.bytes).toBeUndefined();
      expect(sync).toMatchObject({ result: 'succeeded', bytes: expect.any(Number) });
      const [migrate] = entries(lab, 'migrate').filter(({ vmId }) => vmId === done.vms[0]?.id);
      expect(entries(lab, 'sync')[0]?.endedAt).toBeLessThanOrEqual(migrate?.at ?? 0);
      expect(lab.wrongWith(done)).toEqual([]);
      // Its gate included: what stands at it has no workflow. 79 and 99, and tasks that come apart on a busy machine.
      const [synced = 0, young = 0] = await Promise.all(done.vms.map(({ id }) => eventsOf(lab, id)));
      expect(young).toBeLessThanOrEqual(90);
      expect(synced).toBeLessThanOrEqual(110);
    }));

  it.concurrent('is cut over as it is where the plan says so', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { approve, result } = await withOldCopy(lab, { syncBefore: false });
      await approve();
      expect(kindsOf(await result())).toEqual([['start', 'migrate', 'delete']]);
    }));

  it.concurrent('holds both places while it syncs; a pause that comes meanwhile keeps it from its cutover', () =>
    inSync({}, async (lab, { run, result, report }) => {
      expect(await holders(lab)).toEqual(['cutover', 'sync']);
      expect(await vmNow(lab)).toMatchObject({ step: 'sync', state: 'running' });
      const before = await ordersHeard(lab);
      await handle(lab, run).executeUpdate(pauseUpdate, { args: [{ reason: 'a storm' }] });
      await until(
        () => ordersHeard(lab),
        (count) => count > before,
      );
      goOn(lab);
      await until(report, ({ vms }) => vms[0]?.waitingFor === 'pause');
      expect(entries(lab, 'migrate')).toEqual([]);
      expect(sourcesOf(lab)[0]?.powerState).toBe('POWERED_ON');
      await until(
        () => holders(lab),
        (all) => all.length === 0,
      );
      await handle(lab, run).executeUpdate(resumeUpdate, { args: [{}] });
      const done = await result();
      // What was sent before the pause is young still.
      expect(kindsOf(done)).toEqual([['start', 'sync', 'migrate', 'delete']]);
      expect(lab.wrongWith(done)).toEqual([]);
    }));

  it.concurrent('is synced once, and cut over, where each answer to that is lost and the clock of its site is not known', () =>
    withLab({ vms: 1 }, async (lab) => {
      for (const operation of ['start', 'sync'] as const)
        lab.simulator.control.addFaults({ operation, kind: 'reset-after', times: 20 });
      const { run, result } = await withOldCopy(lab);
      await handle(lab, run).executeUpdate(approveUpdate, { args: [{}] });
      await until(
        async () => entries(lab, 'migrate').length + Number(entries(lab, 'sync').length > 1),
        (some) => some > 0,
      );
      expect(kindsOf(await result())).toEqual([['start', 'sync', 'migrate', 'delete']]);
    }));

  it.concurrent('is synced before the first copies that wait for a place', () =>
    withLab({ vms: 6, site: { limits: { syncs: 1, cutovers: 9, requestsPerSecond: 500 } } }, async (lab) => {
      const { control } = lab.simulator;
      const { set, queue } = await siteOf(lab);
      const untilStarted = (count: number) =>
        until(
          async () => entries(lab, 'start'),
          (all) => all.length === count,
        );
      await set({ brake: true });
      const { run } = await lab.start(lab.plan({ cutover: { ...APPROVED, approval: 'vm' } }));
      await until(queue, (all) => all.length === 6);
      // One copy alone is made.
      control.setSpeed(0.01);
      await set({ brake: false });
      await untilStarted(1);
      await set({ brake: true });
      control.setSpeed(200);
      const pilot = sourcesOf(lab).findIndex(({ id }) => id === entries(lab, 'start')[0]?.vmId);
      await until(() => vmNow(lab, pilot), isAtGate);
      control.trouble(replicationOf(lab, pilot).id, { instancesAheadMs: OLD });
      // Another is being made, and four wait: there is one place, so that what is sent first has got it first.
      control.setSpeed(0.01);
      await set({ brake: false });
      await untilStarted(2);
      const vm = sourcesOf(lab)[pilot]?.id ?? '';
      await handle(lab, run).executeUpdate(approveUpdate, { args: [{ vm }] });
      await until(queue, (all) => all.some((one) => one.vm.id === vm && one.slot === 'sync'));
      control.setSpeed(200);
      await untilSyncing(lab);
      const ledger = control.ledger();
      const before = ledger.slice(
        0,
        ledger.findIndex(({ kind }) => kind === 'sync'),
      );
      expect(before.filter(({ kind }) => kind === 'start')).toHaveLength(2);
      await until(
        async () => entries(lab, 'migrate').map(({ vmId }) => vmId),
        (cutOver) => cutOver.includes(vm),
      );
    }));

  it.concurrent('waits for a place for its sync, though its first copy had one', () =>
    withLab(
      {
        vms: 2,
        site: { limits: { syncs: 1, cutovers: 9, requestsPerSecond: 500 }, polling: { interval: 100, selfCheck: DAY } },
      },
      async (lab) => {
        const { control } = lab.simulator;
        const { set, queue } = await siteOf(lab);
        await set({ brake: true });
        const { result } = await lab.start(lab.plan());
        await until(queue, (all) => all.length === 2);
        control.setSpeed(0.01);
        await set({ brake: false });
        await until(
          async () => entries(lab, 'start'),
          (all) => all.length === 1,
        );
        await set({ brake: true });
        control.setSpeed(200);
        await until(queue, (all) => all.some(({ slot }) => slot === 'cutover'));
        const first = sourcesOf(lab).findIndex(({ id }) => id === entries(lab, 'start')[0]?.vmId);
        control.trouble(replicationOf(lab, first).id, { instancesAheadMs: OLD });
        // The other has the place, and keeps it.
        control.setSpeed(0.01);
        await set({ brake: false });
        await until(
          () => vmNow(lab, first),
          (vm) => (vm?.step === 'sync' && vm.waitingFor === 'capacity') || entries(lab, 'sync').length > 0,
        );
        expect(entries(lab, 'sync')).toEqual([]);
        control.setSpeed(200);
        const done = await result();
        expect(kindsOf(done)[first]).toEqual(['start', 'sync', 'migrate', 'delete']);
        expect(lab.wrongWith(done)).toEqual([]);
      },
    ));

  it.concurrent('that is cancelled while it syncs is not cut over, and leaves nothing', () =>
    inSync(
      { errors: { OperationInProgress: { retry: { initial: 200, max: 1_000 } } } },
      async (lab, { run, result }) => {
        await handle(lab, run).executeUpdate(cancelUpdate, { args: [{}] });
        await until(
          async () => entries(lab, 'delete'),
          (all) => all.length > 0,
        );
        if (lab.simulator.control.world().replications.length > 0) goOn(lab);
        const done = await result();
        expect(done.vms[0]).toMatchObject({ state: 'cancelled', error: null });
        expect(entries(lab, 'migrate')).toEqual([]);
        expect(sourcesOf(lab)[0]?.powerState).toBe('POWERED_ON');
        expect(lab.simulator.control.world().replications).toEqual([]);
      },
    ));

  it.concurrent('is not carried over the end of its window by a sync that lasts', async () => {
    let isJudged = false;
    // As long as this machine needs today.
    for (let ms = 15_000; !isJudged && ms <= 240_000; ms *= 2)
      await withLab({ vms: 1 }, async (lab) => {
        const closes = Date.now() + ms;
        const window = {
          opens: new Date(Date.now() - 1_000).toISOString(),
          closes: new Date(closes).toISOString(),
          missed: 'fail',
          begun: 'finish',
        } as const;
        const { run, approve, result } = await withOldCopy(lab, { window });
        lab.simulator.control.trouble(replicationOf(lab).id, { isStalled: true });
        if (Date.now() > closes) return;
        await approve();
        await until(async () => entries(lab, 'sync').length > 0 || Date.now() > closes, Boolean);
        if (entries(lab, 'sync').length === 0) return;
        isJudged = true;
        await until(async () => Date.now() > closes, Boolean, ms + 10_000);
        goOn(lab);
        const done = await result();
        expect(done.vms[0]).toMatchObject({ state: 'failed', error: { code: 'WindowMissed' } });
        expect(done.run).toBe(run);
        expect(entries(lab, 'migrate')).toEqual([]);
        expect(sourcesOf(lab)[0]?.powerState).toBe('POWERED_ON');
      });
    expect(isJudged).toBe(true);
  }, 600_000);
});

describe('a sync before a cutover that fails', () => {
  it.concurrent('is sent again under another number, also by another workflow of its VM, and lends its place meanwhile', () =>
    withLab(
      { vms: 1, errors: { GeneralServerFailure: { retry: { initial: 600_000, max: 600_000 } } } },
      async (lab) => {
        const { run, approve, report, result } = await withOldCopy(lab);
        const error = { code: 'GeneralServerFailure', msg: 'out of order' };
        lab.simulator.control.addFaults({ kind: 'fail-task', operation: 'sync', times: 1, error });
        await approve();
        const waiting = await until(() => vmNow(lab), isTold);
        expect(waiting?.retrying).toMatchObject({ code: 'GeneralServerFailure', tries: 1 });
        expect(waiting?.retrying?.message).toContain('It was not cut over');
        await until(
          () => holders(lab),
          (all) => all.length === 0,
        );
        // It waits for a person by then, and has no workflow.
        await handle(lab, run).executeUpdate(pauseUpdate, { args: [{ reason: 'a storm' }] });
        await until(report, ({ vms }) => vms[0]?.waitingFor === 'pause');
        await handle(lab, run).executeUpdate(resumeUpdate, { args: [{}] });
        const done = await result();
        expect(kindsOf(done)).toEqual([['start', 'sync', 'sync', 'migrate', 'delete']]);
        const sent = entries(lab, 'sync');
        expect(sent.map(({ outcome }) => outcome)).toEqual(['failed', 'succeeded']);
        expect(new Set(sent.map(({ operationId }) => operationId)).size).toBe(2);
        expect(lab.wrongWith(done)).toEqual([]);
      },
    ));

  it.concurrent('for good fails its VM, which runs on and keeps its copy, and says what to do', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { approve, result } = await withOldCopy(lab);
      const error = { code: 'SectorBroken', msg: 'sector 7' };
      lab.simulator.control.addFaults({ kind: 'fail-task', operation: 'sync', error });
      await approve();
      const done = await result();
      const { id } = replicationOf(lab);
      expect(done.vms[0]).toMatchObject({
        state: 'failed',
        step: 'sync',
        outageSeconds: null,
        error: { code: 'SectorBroken', operation: 'sync', advice: expect.stringContaining(`replication ${id}`) },
      });
      expect(done.vms[0]?.error?.message).toMatch(/It was not cut over.*is on/);
      expect(entries(lab, 'migrate')).toEqual([]);
      expect(sourcesOf(lab)[0]?.powerState).toBe('POWERED_ON');
    }));
});
