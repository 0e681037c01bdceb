/** What a sweep finds and cannot tell to be a drill's is a person's: it stays, and the sweep says why. */
import { expect } from '@jest/globals';
import { SWEEP, type SweepResult } from '../../../contract/inputs.js';
import { siteStatusQuery, testCopySignal } from '../../../contract/messages.js';
import { siteWorkflowId, sweepWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import { contractMemo } from '../../../contract/number.js';
import { drillOf, entries, protect, startDrill, testCopies, world } from '../../support/drills.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

function vmOf(lab: Lab): { id: string; name: string } {
  const { id, name } = lab.plan().waves[0]?.vms[0] ?? { id: '', name: '' };
  return { id, name };
}

async function sweepOf(lab: Lab): Promise<SweepResult> {
  const handle = await lab.client.workflow.start(SWEEP, {
    workflowId: sweepWorkflowId(lab.destination),
    taskQueue: lab.taskQueue,
    args: [{ site: lab.destination }],
    memo: { ...contractMemo },
  });
  return (await handle.result()) as SweepResult;
}

/** The site knows no task any more that has ended. */
const forgetful = (lab: Lab) => lab.simulator.control.setAssumptions({ tasksForgottenAfter: 1 });

async function testOfAnn(lab: Lab): Promise<void> {
  const replicationId = world(lab).replications[0]?.id ?? '';
  const body = { type: 'vcloud', powerOn: true };
  lab.simulator.control.act({ operation: 'failover-test', replicationId, user: 'ann@acme', body });
  await until(
    async () => testCopies(lab),
    (copies) => copies.length === 1,
  );
}

/** A drill in its hold, whose workflows somebody terminates. */
async function terminatedInHold(lab: Lab, run: string): Promise<void> {
  const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }), run);
  await until(drill.report, (r) => r.drill?.phase === 'hold');
  await drill.terminate();
  await lab.client.workflow.getHandle(vmWorkflowId(lab.source, vmOf(lab).id)).terminate('a test');
}

describe('a sweep', () => {
  it.concurrent('leaves a test copy of which nothing tells whose it is, and says why, as often as it is asked', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      // A drill was about to make one, and was ended before it did.
      const copy = {
        workflowId: vmWorkflowId(lab.source, vmOf(lab).id),
        run: 'crm-1',
        source: lab.source,
        peer: lab.source,
        vm: vmOf(lab),
        replicationId: world(lab).replications[0]?.id ?? '',
        since: Date.now(),
      };
      await lab.client.workflow.getHandle(siteWorkflowId(lab.destination)).signal(testCopySignal, copy);
      forgetful(lab);
      await testOfAnn(lab);
      for (const _ of [1, 2]) {
        const { removed, left } = await sweepOf(lab);
        expect(removed).toEqual([]);
        expect(left).toEqual([{ vm: copy.vm.name, run: 'crm-1', reason: expect.stringMatching(/cannot be told/) }]);
      }
      expect(testCopies(lab)).toHaveLength(1);
      expect(entries(lab, 'cleanup')).toEqual([]);
    }));

  it.concurrent("removes a drill's own copy, by its id, though the site has forgotten the tasks", () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      await terminatedInHold(lab, `${lab.source}-lost`);
      forgetful(lab);
      const { removed, left } = await sweepOf(lab);
      expect({ removed, left }).toEqual({ removed: [{ vm: vmOf(lab).name, run: `${lab.source}-lost` }], left: [] });
      expect(testCopies(lab)).toEqual([]);
    }));

  it.concurrent("leaves a copy that somebody made in the place of a drill's, though the site has forgotten the tasks", () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      await terminatedInHold(lab, `${lab.source}-lost`);
      const replicationId = world(lab).replications[0]?.id ?? '';
      lab.simulator.control.act({ operation: 'cleanup', replicationId, user: 'ann@acme' });
      await until(
        async () => testCopies(lab),
        (copies) => copies.length === 0,
      );
      await testOfAnn(lab);
      forgetful(lab);
      for (const _ of [1, 2]) {
        const { removed, left } = await sweepOf(lab);
        const reason = expect.stringMatching(/stays: somebody else made it/);
        expect({ removed, left }).toEqual({
          removed: [],
          left: [{ vm: vmOf(lab).name, run: `${lab.source}-lost`, reason }],
        });
      }
      expect(testCopies(lab)).toHaveLength(1);
      expect(entries(lab, 'cleanup').map(({ user }) => user)).toEqual(['ann@acme']);
      lab.simulator.control.act({ operation: 'cleanup', replicationId, user: 'ann@acme' });
      await until(
        async () => testCopies(lab),
        (copies) => copies.length === 0,
      );
      const gone = [{ vm: vmOf(lab).name, run: `${lab.source}-lost` }];
      expect(await sweepOf(lab)).toEqual({ removed: [], gone, left: [] });
      const status = await lab.client.workflow.getHandle(siteWorkflowId(lab.destination)).query(siteStatusQuery);
      expect(status.testCopies).toEqual([]);
    }));
});
