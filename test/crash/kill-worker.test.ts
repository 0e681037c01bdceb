/** The only worker, a real process, is killed with SIGKILL in some phases of a migration; kill-worker.long.ts has all phases. */
import { expect } from '@jest/globals';
import { approveUpdate } from '../../contract/messages.js';
import { runWorkflowId } from '../../contract/names.js';
import { type Lab, withLab } from '../support/lab.js';
import { describe, it } from '../support/side-by-side.js';
import { until } from '../support/until.js';
import { spawnWorker } from '../support/worker-process.js';
import { accepted, KILLABLE, killedMigration, momentOf } from './support/killed-migration.js';

const requested = (lab: Lab, route: string): number =>
  lab.simulator.control
    .stats()
    .requests.filter((r) => r.method === 'POST' && r.route.endsWith(route))
    .reduce((sum, r) => sum + r.count, 0);

/** Before anything is known of a start, and while a source is down. */
const SHORT = ['while a start is on its way', 'in the cutover'];

describe('a worker killed with SIGKILL', () => {
  it.concurrent.each(SHORT.map(momentOf))('$phase: the next one goes on, nothing lost, nothing twice', killedMigration);

  it.concurrent('at the gate: what was approved meanwhile is cut over, once', () =>
    withLab({ ...KILLABLE, vms: 2, speed: 200 }, async (lab) => {
      const first = await spawnWorker(lab);
      const { run, result } = await lab.start(
        lab.plan({ cutover: { approval: 'wave', window: null, powerOn: true, consolidate: false } }),
      );
      try {
        await until(
          async () => lab.simulator.control.world().replications.map(({ state }) => state),
          (states) => states.length === 2 && states.every((state) => state === 'OK'),
        );
      } finally {
        await first.kill();
      }
      expect(requested(lab, '/migrate')).toBe(0);
      await lab.startWorker();
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });
      const report = await result();
      expect(lab.wrongWith(report)).toEqual([]);
    }));
});

describe('a worker stopped with SIGTERM', () => {
  it.concurrent('hands over within seconds and exits with 0', () =>
    withLab(KILLABLE, async (lab) => {
      const first = await spawnWorker(lab);
      const { result } = await lab.start(lab.plan());
      await until(async () => accepted(lab, 'start') > 0, Boolean);
      await lab.startWorker();
      const asked = Date.now();
      expect(await first.stop()).toBe(0);
      expect(Date.now() - asked).toBeLessThan(60_000);
      lab.simulator.control.setSpeed(200);
      const report = await result();
      expect(report.totals.succeeded).toBe(3);
      expect(lab.wrongWith(report)).toEqual([]);
    }));
});
