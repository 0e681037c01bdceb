/** A worker killed in some phases of a test drill and of a round trip, and on a way back; kill-drill.long.ts has all phases. */
import { describe, it } from '../support/side-by-side.js';
import {
  accepted,
  delayed,
  killedFailback,
  killedRoundTrip,
  killedTest,
  type Moment,
  struck,
  TURN_AND_ALL,
} from './support/killed.js';

const TEST: Moment[] = [
  { phase: 'while a test failover is on its way', when: struck, faults: delayed('failover-test') },
  { phase: 'while its checks run', when: ({ asked }) => asked() > 0 },
];

const ROUND_TRIP: Moment[] = [{ phase: 'right after a reverse was accepted', when: accepted('reverse') }];

describe('a worker killed with SIGKILL in a test drill', () => {
  it.concurrent.each(TEST)('$phase: the next one goes on, and nothing is left behind', killedTest, TURN_AND_ALL);
});

describe('a worker killed with SIGKILL in a round trip', () => {
  it.concurrent.each(ROUND_TRIP)('$phase: the next one brings every VM home, once', killedRoundTrip, TURN_AND_ALL);
});

describe('a worker killed with SIGKILL in a run', () => {
  it.concurrent(
    'of kind failback, while a migration home is on its way: every VM comes home, once',
    killedFailback,
    TURN_AND_ALL,
  );
});
