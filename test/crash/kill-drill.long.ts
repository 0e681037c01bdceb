/** A worker killed in each phase of a round trip; kill-drill.test.ts has three of them, and all phases of a test drill. */
import { describe, it } from '../support/side-by-side.js';
import {
  accepted,
  anyReplication,
  delayed,
  inHold,
  killedRoundTrip,
  type Moment,
  struck,
  TURN_AND_ALL,
} from './support/killed.js';

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

describe('a worker killed with SIGKILL in a round trip', () => {
  it.concurrent.each(ROUND_TRIP)('$phase: the next one brings every VM home, once', killedRoundTrip, TURN_AND_ALL);
});
