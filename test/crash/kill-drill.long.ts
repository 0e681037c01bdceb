/** A worker killed in each phase of a test drill and of a round trip; kill-drill.test.ts has some of them. */
import { testCopies } from '../support/drills.js';
import { describe, it } from '../support/side-by-side.js';
import {
  accepted,
  anyReplication,
  delayed,
  inHold,
  killedRoundTrip,
  killedTest,
  type Moment,
  struck,
  TURN_AND_ALL,
} from './support/killed.js';

const TEST: Moment[] = [
  { phase: 'while it looks at its VMs', when: struck, faults: delayed('replications') },
  { phase: 'while a test failover is on its way', when: struck, faults: delayed('failover-test') },
  { phase: 'right after a test failover was accepted', when: accepted('failover-test') },
  { phase: 'with a test copy up', when: ({ lab }) => testCopies(lab).length > 0 },
  { phase: 'while its checks run', when: ({ asked }) => asked() > 0 },
  { phase: 'in its hold', when: inHold },
  { phase: 'while a clean-up is on its way', when: struck, faults: delayed('cleanup') },
  { phase: 'right after a clean-up was accepted', when: accepted('cleanup') },
];

const ROUND_TRIP: Moment[] = [
  { phase: 'in the first sync', when: accepted('sync') },
  { phase: 'while a failover is on its way', when: struck, faults: delayed('failover') },
  { phase: 'after a failover', when: anyReplication((r) => r.recoveryState === 'COMPLETE') },
  { phase: 'in its hold', when: inHold },
  { phase: 'while a reverse is on its way', when: struck, faults: delayed('reverse') },
  { phase: 'right after a reverse was accepted', when: accepted('reverse') },
  { phase: 'in the resync', when: anyReplication((r) => r.isReversed) },
  { phase: 'while it fails over back', when: accepted('failover', 3) },
  { phase: 'in the second reverse', when: accepted('reverse', 3) },
];

describe('a worker killed with SIGKILL in a test drill', () => {
  it.concurrent.each(TEST)('$phase: the next one goes on, and nothing is left behind', killedTest, TURN_AND_ALL);
});

describe('a worker killed with SIGKILL in a round trip', () => {
  it.concurrent.each(ROUND_TRIP)('$phase: the next one brings every VM home, once', killedRoundTrip, TURN_AND_ALL);
});
