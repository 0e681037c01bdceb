/** A worker killed in each phase of a test drill and of a round trip, and in a reverse; kill-drill.test.ts has some of them. */
import { describe, it } from '../support/side-by-side.js';
import {
  accepted,
  delayed,
  inHold,
  killedReverse,
  killedRoundTrip,
  killedTest,
  type Moment,
  struck,
  succeeded,
  TURN_AND_ALL,
} from './support/killed.js';

const TEST: Moment[] = [
  { phase: 'while it looks at its VMs', when: struck, faults: delayed('replications') },
  { phase: 'while a test failover is on its way', when: struck, faults: delayed('failover-test') },
  { phase: 'right after a test failover was accepted', when: accepted('failover-test') },
  { phase: 'with a test copy up', when: accepted('recovered') },
  { phase: 'while its checks run', when: ({ asked }) => asked() > 0 },
  { phase: 'in its hold', when: inHold, holds: true },
  { phase: 'while a clean-up is on its way', when: struck, faults: delayed('cleanup') },
  { phase: 'right after a clean-up was accepted', when: accepted('cleanup') },
];

const ROUND_TRIP: Moment[] = [
  { phase: 'in the first sync', when: accepted('sync') },
  { phase: 'while a failover is on its way', when: struck, faults: delayed('failover') },
  { phase: 'after a failover', when: accepted('recovered') },
  { phase: 'in its hold', when: inHold, holds: true },
  { phase: 'while a reverse is on its way', when: struck, faults: delayed('reverse') },
  { phase: 'right after a reverse was accepted', when: accepted('reverse') },
  { phase: 'in the resync', when: succeeded('reverse') },
  { phase: 'while it fails over back', when: accepted('failover', 3) },
  { phase: 'in the second reverse', when: accepted('reverse', 3) },
];

describe('a worker killed with SIGKILL in a test drill', () => {
  it.concurrent.each(TEST)('$phase: the next one goes on, and nothing is left behind', killedTest, TURN_AND_ALL);
});

describe('a worker killed with SIGKILL in a round trip', () => {
  it.concurrent.each(ROUND_TRIP)('$phase: the next one brings every VM home, once', killedRoundTrip, TURN_AND_ALL);
});

describe('a worker killed with SIGKILL in a run', () => {
  it.concurrent(
    'of kind reverse, right after a reverse was accepted: every VM is replicated back',
    killedReverse,
    TURN_AND_ALL,
  );
});
