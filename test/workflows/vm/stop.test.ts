/** Stop means stop, and what is being undone is undone however often it is said; judged by the simulator's world. */
import { expect } from '@jest/globals';
import { cancelUpdate, vmReportQuery } from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { VmReport } from '../../../contract/report.js';
import {
  drillOf,
  entries,
  expectNothingLeft,
  openPort,
  protect,
  startDrill,
  tcpCheck,
  world,
} from '../../support/drills.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { isAtGate } from '../../support/vm-report.js';

const run = (lab: Lab, id: string) => lab.client.workflow.getHandle(runWorkflowId(id));
const cancel = (lab: Lab, id: string) => run(lab, id).executeUpdate(cancelUpdate, { args: [{}] });
const struck = (lab: Lab) => lab.simulator.control.faults().reduce((sum, rule) => sum + rule.struck, 0);
const untilStruck = (lab: Lab, times: number) =>
  until(
    () => Promise.resolve(struck(lab)),
    (n) => n >= times,
  );
const holdsAtGate = { approval: 'wave', window: null, powerOn: true, consolidate: false } as const;

const vmHandles = (lab: Lab) =>
  (lab.plan().waves[0]?.vms ?? []).map(({ id }) => lab.client.workflow.getHandle(vmWorkflowId(lab.source, id)));
/** Waits until every VM says so of itself. */
const untilVms = (lab: Lab, isSo: (vm: VmReport) => boolean) =>
  until(
    () => Promise.all(vmHandles(lab).map((vm) => vm.query(vmReportQuery).catch(() => null))),
    (vms) => vms.every((vm) => vm !== null && isSo(vm)),
  );

/** Everything by which a stop can be said, once more: two operators, Temporal's own for the run and for each VM. */
async function sayItAgain(lab: Lab, id: string): Promise<void> {
  await cancel(lab, id);
  await run(lab, id).cancel();
  await Promise.all(vmHandles(lab).map((vm) => vm.cancel()));
}

describe('what is being undone', () => {
  it.concurrent('is, also when the stop is said again while a deletion is being retried', () =>
    withLab({ vms: 2 }, async (lab) => {
      const { run: id, result } = await lab.start(lab.plan({ cutover: holdsAtGate }));
      await untilVms(lab, isAtGate);
      lab.simulator.control.addFaults({ kind: 'status', status: 503, operation: 'delete' });
      await cancel(lab, id);
      await untilStruck(lab, 2);
      await sayItAgain(lab, id);
      await untilStruck(lab, 6);
      await sayItAgain(lab, id);
      lab.simulator.control.clearFaults();
      const { vms } = await result();
      expect(vms.map(({ state, error }) => ({ state, error }))).toEqual(
        Array(2).fill({ state: 'cancelled', error: null }),
      );
      expect(world(lab).replications).toEqual([]);
    }));

  it.concurrent('is, also when the stop is said again while the clean-up of a drill is being retried', () =>
    withLab({ vms: 2 }, async (lab) => {
      await protect(lab);
      const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }));
      await until(drill.report, (r) => r.drill?.phase === 'hold');
      lab.simulator.control.addFaults({ kind: 'status', status: 503, operation: 'cleanup' });
      await drill.cancel();
      await untilStruck(lab, 2);
      await sayItAgain(lab, drill.run);
      await untilStruck(lab, 6);
      await sayItAgain(lab, drill.run);
      lab.simulator.control.clearFaults();
      const report = await drill.result();
      expect(report).toMatchObject({ state: 'cancelled', drill: { left: [] } });
      expectNothingLeft(lab);
    }));

  // The later one has the other behind it.
  it.concurrent.each(inShort(['reverse', 'failover-back'] as const, (step) => step === 'failover-back'))(
    'is, also when the stop is said on the way home of a round trip, at %s',
    (step) =>
      withLab({ vms: 1 }, async (lab) => {
        const { port, close } = await openPort();
        await protect(lab);
        const drill = await startDrill(
          lab,
          drillOf(lab, {
            mode: 'roundtrip',
            confirm: 'removes-source',
            recovery: { instance: 'latest', powerOn: true, consolidate: false, sync: false },
            checks: [tcpCheck(port, { within: 2_000 })],
            hold: 3_600_000,
          }),
        );
        await until(drill.report, (r) => r.drill?.phase === 'hold');
        // Of the way home the check does not pass.
        close();
        if (step === 'failover-back') {
          await drill.cancel();
          await until(
            () => Promise.resolve(world(lab).replications[0]),
            (it) => it?.isReversed === true && it.state === 'OK',
          );
        }
        // What comes next stands still.
        lab.simulator.control.setSpeed(0.01);
        if (step === 'reverse') await drill.cancel();
        await untilVms(lab, (vm) => vm.step === step);
        await sayItAgain(lab, drill.run);
        await sayItAgain(lab, drill.run);
        lab.simulator.control.setSpeed(200);
        expect(await drill.result()).toMatchObject({ state: 'cancelled', drill: { left: [] } });
        expect(entries(lab, 'reverse')).toHaveLength(2);
        expectNothingLeft(lab);
      }),
  );
});

describe('a stop', () => {
  it.concurrent('after a cutover was accepted keeps the copy, and tells what is known of the source', () =>
    withLab({ vms: 1 }, async (lab) => {
      lab.simulator.control.addFaults({
        kind: 'fail-task',
        operation: 'migrate',
        stage: 'sync',
        error: { code: 'ServiceNotLicensed', msg: 'made up' },
      });
      const { run: id, report, result } = await lab.start(lab.plan());
      await until(report, (r) => r.state === 'paused');
      expect(world(lab).sites[lab.source]?.vms[0]?.powerState).toBe('POWERED_OFF');
      await cancel(lab, id);
      const [vm] = (await result()).vms;
      expect(world(lab).replications).toHaveLength(1);
      expect(vm).toMatchObject({ state: 'failed', replicationId: world(lab).replications[0]?.id });
      expect(vm?.error?.message).toMatch(/source .*off/i);
    }));

  it.concurrent('while a submission is in doubt asks the site, and undoes what had reached it', () =>
    withLab({ vms: 1 }, async (lab) => {
      lab.simulator.control.addFaults({ kind: 'reset-after', operation: 'start', times: 1 });
      const { run: id, result } = await lab.start(lab.plan({ cutover: holdsAtGate }));
      await until(
        () => Promise.resolve(entries(lab, 'start')),
        (started) => started.length === 1,
      );
      lab.simulator.control.addFaults({ kind: 'status', status: 503, operation: 'tasks', query: 'operationID' });
      await cancel(lab, id);
      await sayItAgain(lab, id);
      lab.simulator.control.clearFaults();
      expect((await result()).vms).toMatchObject([{ state: 'cancelled', error: null }]);
      expect(entries(lab, 'start')).toHaveLength(1);
      expect(world(lab).replications).toEqual([]);
    }));
});

describe('a stop of a copy', () => {
  const SITES = [
    ['task', 'accept'],
    ['immediate', 'accept'],
    ['task', 'taskEnd'],
  ] as const;

  // A deletion that is refused, and one whose task fails.
  it.concurrent.each(inShort(SITES, (site) => site.join() !== 'task,accept'))(
    'whose start lasts as long as it does waits for nothing, and repeats the deletion until the site takes it (%s, %s)',
    (conflict, replicationVisible) =>
      withLab({ vms: 1, speed: 20, assumptions: { conflict, replicationVisible } }, async (lab) => {
        lab.simulator.control.addFaults({ kind: 'odd-task', operation: 'start', task: { lastsUntil: 'synced' } });
        const [vm] = lab.plan().waves[0]?.vms ?? [];
        lab.simulator.control.setVms({ id: vm?.id ?? '', usedBytes: 200e9 });
        const { run: id, result } = await lab.start(lab.plan({ cutover: holdsAtGate }));
        await until(
          () => Promise.resolve(world(lab).replications),
          (all) => all.some(({ state }) => state === 'INITIAL_SYNCING'),
        );
        lab.simulator.control.setSpeed(0.01);
        await cancel(lab, id);
        await untilVms(lab, ({ step }) => step === 'delete-replication');
        expect(entries(lab, 'start').map(({ endedAt }) => endedAt)).toEqual([undefined]);
        await sayItAgain(lab, id);
        lab.simulator.control.setSpeed(10_000);
        expect((await result()).vms).toMatchObject([{ state: 'cancelled', error: null }]);
        expect(world(lab).replications).toEqual([]);
        expect(entries(lab, 'start')).toHaveLength(1);
      }),
  );

  it.concurrent('whose site gives no answer any more waits for none', () =>
    withLab({ vms: 1, speed: 20, site: { polling: { interval: 200, selfCheck: 500 } } }, async (lab) => {
      const { control } = lab.simulator;
      const [vm] = lab.plan().waves[0]?.vms ?? [];
      control.setVms({ id: vm?.id ?? '', usedBytes: 200e9 });
      const { run: id, result } = await lab.start(lab.plan({ cutover: holdsAtGate }));
      await untilVms(lab, ({ step }) => step === 'initial-sync');
      control.setSpeed(0.01);
      control.setUp(lab.destination, false);
      const [handle] = vmHandles(lab);
      await until(
        async () => (await handle?.describe())?.raw.pendingActivities ?? [],
        (open) => open.some(({ activityType }) => activityType?.name === 'askAboutOperation'),
      );
      await cancel(lab, id);
      await untilVms(lab, ({ step }) => step === 'delete-replication');
      control.setUp(lab.destination, true);
      control.setSpeed(10_000);
      expect((await result()).vms).toMatchObject([{ state: 'cancelled', error: null }]);
      expect(world(lab).replications).toEqual([]);
    }));

  it.concurrent('that a person has to ask for, its source being off, waits for nothing either', () =>
    withLab({ vms: 1, speed: 20 }, async (lab) => {
      const [vm] = lab.plan().waves[0]?.vms ?? [];
      lab.simulator.control.setVms({ id: vm?.id ?? '', powerState: 'POWERED_OFF', usedBytes: 200e9 });
      const { run: id, result } = await lab.start(lab.plan({ cutover: holdsAtGate }));
      await untilVms(lab, ({ operations }) => operations.some(({ kind }) => kind === 'sync'));
      lab.simulator.control.setSpeed(0.01);
      await cancel(lab, id);
      await untilVms(lab, ({ step }) => step === 'delete-replication');
      expect(entries(lab, 'sync').map(({ endedAt }) => endedAt)).toEqual([undefined]);
      lab.simulator.control.setSpeed(10_000);
      expect((await result()).vms).toMatchObject([{ state: 'cancelled', error: null }]);
      expect(world(lab).replications).toEqual([]);
    }));
});
