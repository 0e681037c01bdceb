/** Carries the schedule out while the run goes on: each strike as soon as the run is as far as the seed says. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Journal } from './journal.js';
import type { LedgerTail } from './ledger-tail.js';
import type { Schedule } from './schedule.js';
import type { SiteControl } from './site-control.js';
import type { TemporalUnderTest } from './temporal-under-test.js';
import type { WorkerFleet } from './worker-fleet.js';

const LOOK_EVERY = 150;

export interface AttackOptions {
  schedule: Schedule;
  fleet: WorkerFleet;
  temporal: TemporalUnderTest;
  control: SiteControl;
  tail: LedgerTail;
  journal: Journal;
  /** aborted when the run is over */
  signal: AbortSignal;
}

export interface Carried {
  strikes: number;
  processesKilled: number;
  serverStrikes: number;
}

/** Resolves when the signal is aborted or everything is done. Workers, server and sessions are struck independently. */
export async function attack(options: AttackOptions): Promise<Carried> {
  const { schedule, fleet, temporal, control, tail, journal, signal } = options;
  const carried: Carried = { strikes: 0, processesKilled: 0, serverStrikes: 0 };
  async function whenDue<T extends { at: number }>(list: T[], act: (one: T) => Promise<void>): Promise<void> {
    for (const one of list) {
      while (tail.progress < one.at) await delay(LOOK_EVERY, undefined, { signal });
      signal.throwIfAborted();
      await act(one);
    }
  }
  async function reading(): Promise<void> {
    for (;;) {
      await tail.read();
      await delay(LOOK_EVERY, undefined, { signal });
    }
  }
  async function quietly(work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
  await Promise.all([
    quietly(reading()),
    quietly(
      whenDue(schedule.strikes, async (strike) => {
        carried.processesKilled += await fleet.strike(strike, signal);
        carried.strikes += 1;
      }),
    ),
    quietly(
      whenDue(schedule.serverStrikes, async ({ pause }) => {
        carried.serverStrikes += 1;
        await temporal.crash(pause, signal);
      }),
    ),
    quietly(
      whenDue(schedule.sessionLosses, async ({ extensionsOnly }) => {
        await control.loseSessions(extensionsOnly);
        journal.add('sessions-lost', `every session at the sites lost ${extensionsOnly ? 'its extension' : 'at once'}`);
      }),
    ),
  ]);
  return carried;
}
