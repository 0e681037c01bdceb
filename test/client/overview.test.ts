/** A look at a run while more of its VMs are open than are asked themselves. */
import { expect } from '@jest/globals';
import { connectDrover } from '../../client/index.js';
import { MOST_ASKED } from '../../client/open-vms.js';
import { withLab } from '../support/lab.js';
import { it } from '../support/side-by-side.js';
import { slowCopies } from '../support/slow-copies.js';
import { until } from '../support/until.js';

const VMS = MOST_ASKED + 6;

it.concurrent('its sites tell of those that are not asked, and nothing is told from memory', () =>
  withLab(
    { vms: VMS, speed: 0.01, site: { limits: { syncs: 3, cutovers: 1, requestsPerSecond: 500 } } },
    async (lab) => {
      slowCopies(lab);
      const { run } = await lab.start(lab.plan());
      const drover = await connectDrover({
        env: {},
        command: 'a test',
        address: process.env.DROVER_TEST_TEMPORAL ?? '',
        taskQueue: lab.taskQueue,
      });
      try {
        const { vms } = await until(
          () => drover.run(run).overview(),
          (report) => report.vms.filter(({ waitingFor }) => waitingFor === 'capacity').length === VMS - 3,
        );
        expect(vms.filter(({ asOf }) => asOf !== undefined)).toEqual([]);
        const running = vms.filter(({ state }) => state === 'running').map(({ step }) => step);
        expect(running).toHaveLength(3);
        expect(['start', 'initial-sync']).toEqual(expect.arrayContaining([...new Set(running)]));
        const waiting = vms.filter(({ waitingFor }) => waitingFor === 'capacity').at(-1);
        lab.simulator.control.setSpeed(5);
        const { vms: copying } = await until(
          () => drover.run(run).overview(),
          (report) => report.vms.some(({ progress }) => (progress?.bytes ?? 0) > 0 && progress?.rate != null),
        );
        const [seen] = copying.filter(({ progress }) => progress?.rate != null);
        expect(seen).toMatchObject({ step: 'initial-sync', stepSince: expect.any(String) });
        expect(seen?.progress?.bytesTotal).toBeGreaterThanOrEqual(seen?.progress?.bytes ?? 0);
        const { vm } = await drover.run(run).vm(waiting?.id ?? '');
        expect(vm).toMatchObject({ id: waiting?.id, waitingFor: 'capacity' });
      } finally {
        await drover.close();
      }
    },
  ));
