import { expect } from '@jest/globals';
import { approveUpdate, releaseSlotSignal, requestSlotSignal } from '../../../contract/messages.js';
import { runWorkflowId, shardWorkflowId, siteWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import { eventsOf } from '../../support/events-of.js';
import { type Lab, withLab } from '../../support/lab.js';
import { aWave } from '../../support/plans.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

async function executionsOf(lab: Lab, workflowId: string): Promise<number> {
  let count = 0;
  for await (const _ of lab.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) count += 1;
  return count;
}

/** Which signals a workflow has heard, each as often as it did. */
async function heardBy(lab: Lab, workflowId: string): Promise<string[]> {
  const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap((event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? []);
}

/** How often a workflow has told others something. */
async function saidBy(lab: Lab, workflowId: string): Promise<number> {
  const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).filter((event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes != null).length;
}

async function timersOf(lab: Lab, workflowId: string): Promise<number> {
  const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).filter((event) => event.timerStartedEventAttributes != null).length;
}

async function minutesOf(lab: Lab, workflowId: string): Promise<number> {
  const { startTime, closeTime } = await lab.client.workflow.getHandle(workflowId).describe();
  return Math.ceil(((closeTime ?? new Date()).getTime() - startTime.getTime()) / 60_000);
}

describe('a migration run', () => {
  it.concurrent('moves every VM once: one start, one migrate, source off, recovered VM on, nothing left behind', () =>
    withLab({ vms: 6 }, async (lab) => {
      const { run, result } = await lab.start(lab.plan());
      const report = await result();
      expect(report).toMatchObject({ state: 'succeeded', totals: { vms: 6, succeeded: 6 } });
      expect(lab.wrongWith(report)).toEqual([]);
      for (const vm of report.vms) {
        expect(vm.operations.map(({ kind, adopted, result: end }) => ({ kind, adopted, end }))).toEqual(
          ['start', 'migrate', 'delete'].map((kind) => ({ kind, adopted: false, end: 'succeeded' })),
        );
        expect(vm.outageSeconds).toBeGreaterThanOrEqual(0);
      }
      expect(lab.simulator.control.world().replications).toEqual([]);
      // It asks for no place by itself, and gives none back: one is asked for and one given back by who looks at the VM, and the
      // site gives two.
      for (const { id } of report.vms) expect(await saidBy(lab, vmWorkflowId(lab.source, id))).toBe(0);
      const site = siteWorkflowId(lab.destination);
      const heard = await heardBy(lab, site);
      for (const { name } of [requestSlotSignal, releaseSlotSignal])
        expect(heard.filter((one) => one === name)).toHaveLength(6);
      expect(await saidBy(lab, site)).toBe(2 * 6);
      // One for each minute, however much they hear meanwhile.
      for (const id of [runWorkflowId(run), shardWorkflowId(run, 0)])
        expect(await timersOf(lab, id)).toBeLessThanOrEqual(1 + (await minutesOf(lab, id)));
    }));

  it.concurrent('costs at most 72 history events per VM, its looks before start and cutover and after it included, however long its tasks take', () =>
    // A busy machine takes so long for it that VMs would ask the site themselves meanwhile, as after an hour of a real one.
    withLab({ vms: 4, site: { polling: { interval: 200, selfCheck: 3_600_000 } } }, async (lab) => {
      const quick = await lab.start(lab.plan({}, 2));
      const [first] = (await quick.result()).vms;
      lab.simulator.control.setSpeed(25);
      const [, , third, fourth] = lab.plan({}, 4).waves[0]?.vms ?? [];
      if (!first || !third || !fourth) throw new Error('four VMs expected');
      const slow = await lab.start(lab.plan({ waves: [aWave('slow', third, fourth)] }));
      await slow.result();
      // Signals that come together share a workflow task, so quick tasks may cost a little less, never more.
      for (const { id } of [first, third]) expect(await eventsOf(lab, id)).toBeLessThanOrEqual(72);
    }));

  it.concurrent('continues as new in the middle, its shard and the site alike, and loses nothing', () =>
    withLab(
      { vms: 40, speed: 400, site: { limits: { syncs: 40, cutovers: 40, requestsPerSecond: 1000 } } },
      async (lab) => {
        // Its copies make half of the history, so that what is too long comes amid the cutovers, however they are told together.
        const cutover = { approval: 'wave', window: null, powerOn: true, consolidate: false } as const;
        const { run, report: now, result } = await lab.start(lab.plan({ cutover }));
        await until(now, ({ vms }) => vms.every(({ waitingFor }) => waitingFor === 'approval'));
        await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });
        const report = await result();
        expect(report.totals.succeeded).toBe(40);
        expect(lab.wrongWith(report)).toEqual([]);
        // What Temporal lists follows what is so a little later.
        for (const id of [shardWorkflowId(run, 0), siteWorkflowId(lab.destination)])
          await until(
            () => executionsOf(lab, id),
            (executions) => executions > 1,
          );
      },
    ));

  it.concurrent('is led through many shards, and continues as new itself', () =>
    withLab(
      { vms: 30, shardOf: 1, speed: 400, site: { limits: { syncs: 30, cutovers: 30, requestsPerSecond: 1000 } } },
      async (lab) => {
        const { run, result } = await lab.start(lab.plan());
        const report = await result();
        expect(report.totals).toMatchObject({ vms: 30, succeeded: 30 });
        expect(report.vms.map(({ id }) => id)).toEqual(lab.plan().waves[0]?.vms.map(({ id }) => id));
        expect(lab.wrongWith(report)).toEqual([]);
        await until(
          () => executionsOf(lab, runWorkflowId(run)),
          (executions) => executions > 1,
        );
      },
    ));

  it.concurrent('keeps the replications when the plan says so', () =>
    withLab({ vms: 2 }, async (lab) => {
      const { result } = await lab.start(lab.plan({ keepReplication: true }));
      expect((await result()).totals.succeeded).toBe(2);
      const kept = lab.simulator.control.world().replications;
      expect(kept.map((r) => r.recoveryState)).toEqual(['COMPLETE', 'COMPLETE']);
    }));

  it.concurrent('moves a VM that is off: its copy is asked for', () =>
    withLab({ vms: 1 }, async (lab) => {
      const [vm] = lab.plan().waves[0]?.vms ?? [];
      lab.simulator.control.setVms({ id: vm?.id, powerState: 'POWERED_OFF' });
      const { result } = await lab.start(lab.plan());
      const report = await result();
      expect(report.totals.succeeded).toBe(1);
      expect(report.vms[0]?.operations.map(({ kind }) => kind)).toEqual(['start', 'sync', 'migrate', 'delete']);
    }));
});
