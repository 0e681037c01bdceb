/** The only worker, a real process, is killed with SIGKILL in some phases of a migration; kill-worker.long.ts has all phases. */
import { expect } from '@jest/globals';
import { approveUpdate } from '../../contract/messages.js';
import { runWorkflowId } from '../../contract/names.js';
import { type Lab, withLab } from '../support/lab.js';
import { describe, it } from '../support/side-by-side.js';
import { until } from '../support/until.js';
import { spawnWorker } from '../support/worker-process.js';
import { accepted, anyReplication, killedMigration, momentOf } from './support/killed-migration.js';

const requested = (lab: Lab, route: string): number =>
  lab.simulator.control
    .stats()
    .requests.filter((r) => r.method === 'POST' && r.route.endsWith(route))
    .reduce((sum, r) => sum + r.count, 0);

/** Before anything is known of a start, in a copy, and while a source is down. */
const SHORT = ['while a start is on its way', 'in the initial sync', 'in the cutover'];

describe('a worker killed with SIGKILL', () => {
  it.concurrent.each(SHORT.map(momentOf))('$phase: the next one goes on, nothing lost, nothing twice', killedMigration);

  it.concurrent('at the gate: what was approved meanwhile is cut over, once', () =>
    withLab({ vms: 2, workers: 0 }, async (lab) => {
      const first = await spawnWorker(lab);
      const { run, result } = await lab.start(
        lab.plan({ cutover: { approval: 'wave', window: null, powerOn: true, consolidate: false } }),
      );
      const synced = () => !anyReplication(lab, (r) => r.state !== 'OK') && accepted(lab, 'start') === 2;
      try {
        await until(async () => synced(), Boolean);
      } finally {
        await first.kill();
      }
      expect(requested(lab, '/migrate')).toBe(0);
      const second = await spawnWorker(lab);
      try {
        await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });
        const report = await result();
        expect(lab.wrongWith(report)).toEqual([]);
      } finally {
        await second.kill();
      }
    }));
});

describe('a worker stopped with SIGTERM', () => {
  it.concurrent('hands over within seconds and exits with 0', () =>
    withLab({ vms: 3, speed: 60, workers: 0 }, async (lab) => {
      const first = await spawnWorker(lab);
      const { result } = await lab.start(lab.plan());
      await until(async () => accepted(lab, 'start') > 0, Boolean);
      const second = await spawnWorker(lab);
      const asked = Date.now();
      expect(await first.stop()).toBe(0);
      expect(Date.now() - asked).toBeLessThan(60_000);
      try {
        const report = await result();
        expect(report.totals.succeeded).toBe(3);
        expect(lab.wrongWith(report)).toEqual([]);
      } finally {
        await second.kill();
      }
    }));
});
