/** A worker killed in some phases of a test drill and of a round trip, and on the ways back; kill-drill.long.ts has all phases. */
import { expect } from '@jest/globals';
import type { RunReport } from '../../contract/report.js';
import type { Plan } from '../../plan/types.js';
import { expectNothingLeft, protect, world } from '../support/drills.js';
import { type Lab, withLab } from '../support/lab.js';
import { describe, it } from '../support/side-by-side.js';
import {
  accepted,
  delayed,
  expectDoneOnce,
  inTurn,
  killedAt,
  killedRoundTrip,
  killedTest,
  type Moment,
  struck,
  TURN_AND_ALL,
} from './support/killed.js';

const TEST: Moment[] = [
  { phase: 'while a test failover is on its way', when: struck, faults: delayed('failover-test') },
  { phase: 'while its checks run', when: ({ asked }) => asked() > 0 },
  { phase: 'right after a clean-up was accepted', when: accepted('cleanup') },
];

const ROUND_TRIP: Moment[] = [
  { phase: 'while a failover is on its way', when: struck, faults: delayed('failover') },
  { phase: 'right after a reverse was accepted', when: accepted('reverse') },
];

describe('a worker killed with SIGKILL in a test drill', () => {
  it.concurrent.each(TEST)('$phase: the next one goes on, and nothing is left behind', killedTest, TURN_AND_ALL);
});

describe('a worker killed with SIGKILL in a round trip', () => {
  it.concurrent.each(ROUND_TRIP)('$phase: the next one brings every VM home, once', killedRoundTrip, TURN_AND_ALL);
});

describe('a worker killed with SIGKILL in a run', () => {
  async function recovered(lab: Lab): Promise<void> {
    await protect(lab);
    const { result } = await lab.start(lab.plan({ kind: 'failover' }));
    expect((await result()).state).toBe('succeeded');
  }
  const killedRun = (moment: Moment, lab: Lab, change: Partial<Plan>): Promise<RunReport> =>
    killedAt(
      moment,
      lab,
      () => recovered(lab),
      () => lab.start(lab.plan({ confirm: 'removes-source', ...change })),
    );

  it.concurrent(
    'of kind reverse, right after a reverse was accepted: every VM is replicated back',
    () =>
      inTurn(() =>
        withLab({ vms: 2, speed: 60, workers: 0 }, async (lab) => {
          const moment = { phase: 'reverse', when: accepted('reverse') };
          const report = await killedRun(moment, lab, { kind: 'reverse' });
          expectDoneOnce(lab, report, ['start', 'failover'], ['reverse']);
          const away = { isReversed: true, recoveryState: 'NOT_STARTED', sourceSite: lab.destination };
          expect(world(lab).replications).toMatchObject([away, away]);
          expect(world(lab).sites[lab.source]?.vms).toEqual([]);
        }),
      ),
    TURN_AND_ALL,
  );

  it.concurrent(
    'of kind failback, while a migration home is on its way: every VM comes home, once',
    () =>
      inTurn(() =>
        withLab({ vms: 2, speed: 60, workers: 0 }, async (lab) => {
          const moment = { phase: 'migrate', when: struck, faults: delayed('migrate') };
          const report = await killedRun(moment, lab, { kind: 'failback' });
          expectDoneOnce(lab, report, ['start', 'failover'], ['reverse', 'sync', 'migrate', 'reverse']);
          expectNothingLeft(lab);
        }),
      ),
    TURN_AND_ALL,
  );
});
