import { afterEach, describe, expect, it } from '@jest/globals';
import { vmWorkflowId } from '../../plan/names.js';
import { eventTypes } from '../support/histories.js';
import { type Lab, openLab } from '../support/lab.js';

let lab: Lab;
afterEach(() => lab.close());

describe('a migration run', () => {
  it('moves every VM once: one start, one migrate, source off, recovered VM on, nothing left behind', async () => {
    lab = await openLab({ vms: 6 });
    const { result } = await lab.start(lab.plan());
    const report = await result();
    expect(report).toMatchObject({ state: 'succeeded', totals: { vms: 6, succeeded: 6 } });
    expect(lab.wrongWith(report)).toEqual([]);
    for (const vm of report.vms) {
      expect(vm.operations.map(({ kind, adopted, result }) => ({ kind, adopted, result }))).toEqual(
        ['start', 'migrate', 'delete'].map((kind) => ({ kind, adopted: false, result: 'succeeded' })),
      );
    }
    expect(lab.simulator.control.world().replications).toEqual([]);
  });

  it('costs at most 80 history events per VM', async () => {
    lab = await openLab({ vms: 3 });
    const { result } = await lab.start(lab.plan());
    const report = await result();
    for (const vm of report.vms) {
      const events = await eventTypes(lab.client, vmWorkflowId(lab.source, vm.id));
      console.log(events.length, JSON.stringify(events));
      expect(events.length).toBeLessThanOrEqual(80);
    }
    console.log(JSON.stringify(lab.simulator.control.stats()));
  });
});
