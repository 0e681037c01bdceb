/** The only worker, a real process, is killed with SIGKILL at a moment of a migration, and one of the lab's own goes on; the ledger judges. */
import { expect } from '@jest/globals';
import type { FaultRule, LedgerEntry } from '../../../simulator/index.js';
import { type Lab, withLab } from '../../support/lab.js';
import { until } from '../../support/until.js';
import { spawnWorker } from '../../support/worker-process.js';

export const accepted = (lab: Lab, kind: string): number =>
  lab.simulator.control.ledger().filter((e) => e.kind === kind).length;
const succeeded = (lab: Lab, kind: LedgerEntry['kind']): boolean =>
  lab.simulator.control.ledger().some((e) => e.kind === kind && e.outcome === 'succeeded');
const struck = (lab: Lab): number => lab.simulator.control.faults().reduce((sum, fault) => sum + fault.struck, 0);

export interface Moment {
  phase: string;
  /** holds from then on: a busy machine looks late */
  when: (lab: Lab) => boolean;
  faults?: FaultRule[];
}

/** In their order. */
export const MOMENTS: Moment[] = [
  {
    phase: 'while a start is on its way',
    when: (lab) => struck(lab) > 0,
    faults: [{ operation: 'start', kind: 'delay', delayMs: 1_500, times: 2 }],
  },
  { phase: 'right after a start was accepted', when: (lab) => accepted(lab, 'start') > 0 },
  { phase: 'in the initial sync', when: (lab) => succeeded(lab, 'start') },
  {
    phase: 'while a migrate is on its way',
    when: (lab) => struck(lab) > 0,
    faults: [{ operation: 'migrate', kind: 'delay', delayMs: 1_500, times: 2 }],
  },
  { phase: 'in the cutover', when: (lab) => accepted(lab, 'power-off') > 0 },
  { phase: 'after the cutover', when: (lab) => accepted(lab, 'recovered') > 0 },
  { phase: 'while the replication is deleted', when: (lab) => accepted(lab, 'delete') > 0 },
];

/** @throws RangeError when there is none of that name */
export function momentOf(phase: string): Moment {
  const found = MOMENTS.find((moment) => moment.phase === phase);
  if (found === undefined) throw new RangeError(phase);
  return found;
}

/** Slow enough that a moment lasts until it is seen, and then as fast as may be. */
export const KILLABLE = { vms: 3, speed: 20, workers: 0, sharesStoreFile: true };

/** One moment of a migration of three VMs. */
export const killedMigration = ({ when, faults = [] }: Moment): Promise<void> =>
  withLab(KILLABLE, async (lab) => {
    lab.simulator.control.addFaults(...faults);
    const first = await spawnWorker(lab);
    const { result } = await lab.start(lab.plan());
    try {
      await until(async () => when(lab), Boolean);
    } finally {
      await first.kill();
    }
    lab.simulator.control.setSpeed(200);
    await lab.startWorker();
    const report = await result();
    expect(report.totals.succeeded).toBe(3);
    expect(lab.wrongWith(report)).toEqual([]);
  });
