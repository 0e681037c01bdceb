/** The only worker, a real process, is killed with SIGKILL in each phase of a migration; the ledger judges. */
import { expect } from '@jest/globals';
import { approveUpdate } from '../../contract/messages.js';
import { runWorkflowId } from '../../contract/names.js';
import type { FaultRule, WorldView } from '../../simulator/index.js';
import { type Lab, withLab } from '../support/lab.js';
import { describe, it } from '../support/side-by-side.js';
import { until } from '../support/until.js';
import { spawnWorker } from '../support/worker-process.js';

const accepted = (lab: Lab, kind: string): number =>
  lab.simulator.control.ledger().filter((e) => e.kind === kind).length;
const anyReplication = (lab: Lab, is: (r: WorldView['replications'][number]) => boolean): boolean =>
  lab.simulator.control.world().replications.some(is);
const requested = (lab: Lab, route: string): number =>
  lab.simulator.control
    .stats()
    .requests.filter((r) => r.method === 'POST' && r.route.endsWith(route))
    .reduce((sum, r) => sum + r.count, 0);
const struck = (lab: Lab): number => lab.simulator.control.faults().reduce((sum, fault) => sum + fault.struck, 0);

interface Moment {
  phase: string;
  when: (lab: Lab) => boolean;
  faults?: FaultRule[];
}

const MOMENTS: Moment[] = [
  {
    phase: 'while a start is on its way',
    when: (lab) => struck(lab) > 0,
    faults: [{ operation: 'start', kind: 'delay', delayMs: 1_500, times: 2 }],
  },
  { phase: 'right after a start was accepted', when: (lab) => accepted(lab, 'start') > 0 },
  { phase: 'in the initial sync', when: (lab) => anyReplication(lab, (r) => r.state === 'INITIAL_SYNCING') },
  {
    phase: 'while a migrate is on its way',
    when: (lab) => struck(lab) > 0,
    faults: [{ operation: 'migrate', kind: 'delay', delayMs: 1_500, times: 2 }],
  },
  { phase: 'in the cutover', when: (lab) => anyReplication(lab, (r) => r.recoveryState === 'IN_PROGRESS') },
  { phase: 'after the cutover', when: (lab) => anyReplication(lab, (r) => r.recoveryState === 'COMPLETE') },
  { phase: 'while tidying up', when: (lab) => accepted(lab, 'delete') > 0 },
];

describe('a worker killed with SIGKILL', () => {
  it.concurrent.each(MOMENTS)('$phase: the next one goes on, nothing lost, nothing twice', ({ when, faults = [] }) =>
    withLab({ vms: 3, speed: 60, workers: 0 }, async (lab) => {
      lab.simulator.control.addFaults(...faults);
      const first = await spawnWorker(lab);
      const { result } = await lab.start(lab.plan());
      try {
        await until(async () => when(lab), Boolean);
      } finally {
        await first.kill();
      }
      const second = await spawnWorker(lab);
      try {
        const report = await result();
        expect(report.totals.succeeded).toBe(3);
        expect(lab.wrongWith(report)).toEqual([]);
      } finally {
        await second.kill();
      }
    }),
  );

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
