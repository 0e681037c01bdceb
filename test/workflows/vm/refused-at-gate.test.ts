/** What a person is told of a VM whose copy was not fit when its gate had opened: why, and whether the VM runs. */
import { expect } from '@jest/globals';
import { approveUpdate } from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { Plan } from '../../../plan/types.js';
import { entries, world } from '../../support/drills.js';
import { type Lab, withLab } from '../../support/lab.js';
import { showsOtherOrg } from '../../support/shows.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { isAtGate, vmReport } from '../../support/vm-report.js';

async function atTheGate(lab: Lab, cutover: Partial<Plan['cutover']>) {
  const started = await lab.start(lab.plan({ cutover: { ...lab.plan().cutover, powerOn: 'asSource', ...cutover } }));
  const id = lab.plan().waves[0]?.vms[0]?.id ?? '';
  await until(() => vmReport(lab, vmWorkflowId(lab.source, id)), isAtGate);
  return started;
}

const approve = (lab: Lab, run: string) =>
  lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });

describe('a VM that is refused at its gate', () => {
  it.concurrent('is told with whether it runs: it was not touched', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { run, result } = await atTheGate(lab, { approval: 'wave' });
      showsOtherOrg(lab);
      await approve(lab, run);
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ error: { code: 'ReplicatedElsewhere' }, source: { power: 'on' }, downSince: null });
      expect(vm?.error?.message).toMatch(/ Its source at paris-\w+ is on: .*lists it as on\.$/);
    }));

  it.concurrent('is told with whether it runs: a person has moved it', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { run, result } = await atTheGate(lab, { approval: 'wave' });
      const replicationId = world(lab).replications[0]?.id ?? '';
      lab.simulator.control.act({ operation: 'migrate', replicationId, body: { powerOn: true } });
      await until(
        async () => world(lab).replications[0]?.recoveryState,
        (state) => state === 'COMPLETE',
      );
      await approve(lab, run);
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ error: { code: 'DoneByOthers' }, downSince: null });
      expect(vm?.error?.message).toMatch(/ at paris-\w+ is OFF/);
      expect(vm?.error?.message).not.toContain('Its source at');
    }));

  it.concurrent('and whose window closes meanwhile is told with why it was not cut over in it', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { control } = lab.simulator;
      // A machine on which the window closes before the copy is looked at is given a longer one.
      for (let open = 10_000; ; open *= 3) {
        const window = {
          opens: new Date(Date.now() - 1).toISOString(),
          closes: new Date(Date.now() + open).toISOString(),
          missed: 'fail',
          begun: 'finish',
        } as const;
        const { result } = await lab.start(lab.plan({ cutover: { ...lab.plan().cutover, window } }));
        const started = await until(
          async () => world(lab).replications[0],
          (it) => it !== undefined,
        );
        control.trouble(started?.id ?? '', { isMovingReplica: true });
        const [vm] = (await result()).vms;
        expect(vm).toMatchObject({ state: 'failed' });
        expect(entries(lab, 'migrate')).toEqual([]);
        if (vm?.notes === undefined && open < 200_000) continue;
        expect(vm?.notes).toContainEqual(
          expect.stringMatching(/^It was not cut over while its window was open: .* moves its disks/),
        );
        return;
      }
    }));
});
