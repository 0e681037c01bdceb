/** Work that is done while workers, server and sites are struck, until it is over or its time is up. */
import { setTimeout as delay } from 'node:timers/promises';
import { attack, type Carried } from './attack.js';
import { linkedTo, TimeIsUp } from './bound.js';
import { faultRules } from './fault-rules.js';
import type { Journal } from './journal.js';
import { LedgerTail } from './ledger-tail.js';
import type { ChaosOptions } from './options.js';
import type { Schedule } from './schedule.js';
import type { Stage } from './stage.js';
import { unwedge } from './wedged.js';

const LOOK_EVERY = 200;

export interface UnderFire {
  options: ChaosOptions;
  schedule: Schedule;
  journal: Journal;
  /** aborted when the time for all of it is up */
  bound: AbortSignal;
}

export interface Struck {
  carried: Carried;
  /** what kept it from being carried out as ordered */
  incomplete: string[];
  /** epoch ms */
  over: number;
}

/** @param work is told how far the runs are, and hears when they are to be left alone @throws what it throws in its time */
export async function underFire(
  { control, fleet, temporal, drover, client, broken }: Stage,
  { options, schedule, journal, bound }: UnderFire,
  work: (tail: LedgerTail, signal: AbortSignal) => Promise<void>,
): Promise<Struck> {
  await control.assume(options.assumptions);
  await fleet.start();
  while (!(await drover.workerListens())) await delay(LOOK_EVERY, undefined, { signal: bound });
  await control.addFaults(faultRules(options.faults));

  const ended = linkedTo(bound);
  const { signal } = ended;
  const tail = new LedgerTail(control, options.vms);
  const attacked = attack({ schedule, fleet, temporal, control, tail, journal, signal });
  const unwedged = unwedge({ client, temporal, journal, signal });
  const incomplete: string[] = [];
  try {
    // Nothing but its failure ends the work early.
    await Promise.race([work(tail, signal), broken, attacked.then(() => new Promise<never>(() => {}))]);
  } catch (error) {
    // A person who interrupts it wants an end, not a verdict.
    if (!(bound.reason instanceof TimeIsUp)) throw error;
    incomplete.push(`stopped after ${options.minutes} minutes: not all was over`);
    journal.add('run', 'time is up');
  } finally {
    ended.abort();
    await unwedged;
  }
  const over = Date.now();
  const carried = await attacked;
  if (carried.strikes < options.kills) incomplete.push(`${carried.strikes} of ${options.kills} kills`);
  if (carried.serverStrikes < options.serverKills) {
    incomplete.push(`${carried.serverStrikes} of ${options.serverKills} server kills`);
  }
  return { carried, incomplete, over };
}
