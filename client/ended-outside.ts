import type { RunState } from '../contract/report.js';

/** How Temporal says that a workflow was ended by something other than its own code. */
export type EndedOutside = 'FAILED' | 'TIMED_OUT' | 'TERMINATED' | 'CANCELLED';

/** The state of a run whose workflow ended so and whose report does not say that it is over. */
export const ENDED_OUTSIDE: Record<EndedOutside, RunState> = {
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  TERMINATED: 'cancelled',
  CANCELLED: 'cancelled',
};

export function isEndedOutside(status: string): status is EndedOutside {
  return status in ENDED_OUTSIDE;
}
