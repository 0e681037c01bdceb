/** What a unit waits for before it may go on to its cutover: pure. The run keeps the gate, so that waiting costs the unit nothing. */
import type { WaitingFor } from '../../contract/report.js';
import type { Plan } from '../../plan/types.js';

type Window = NonNullable<Plan['cutover']['window']>;

/** What stands between a unit and its cutover, the first of all that do. */
export interface Gate {
  waitingFor: WaitingFor;
  /** epoch ms at which time alone may change it; null: it does not */
  until: number | null;
  /** its window is over, and has not been used */
  missed?: Window;
}

export interface GateFacts {
  isPaused: boolean;
  /** the run stops before the cutovers until a person says `resume` */
  isUntilSynced: boolean;
  /** no earlier wave has VMs left, and what it comes after has succeeded */
  isItsTurn: boolean;
  needsApproval: boolean;
  window: Window | null;
  /** epoch ms from which on it is too late for the window; null: there is none */
  lastMoment: number | null;
}

/** null: it is open. @param now epoch ms */
export function gateOf(facts: GateFacts, now: number): Gate | null {
  const { isPaused, isUntilSynced, isItsTurn, needsApproval, window, lastMoment: until } = facts;
  // What was missed is missed, whatever else it waits for.
  if (window !== null && until !== null && until <= now) return { waitingFor: 'window', until: null, missed: window };
  if (isPaused) return { waitingFor: 'pause', until };
  if (isUntilSynced) return { waitingFor: 'until', until };
  if (!isItsTurn) return { waitingFor: 'dependency', until };
  if (needsApproval) return { waitingFor: 'approval', until };
  if (window !== null && now < Date.parse(window.opens))
    return { waitingFor: 'window', until: Date.parse(window.opens) };
  return null;
}

/** From which moment on a cutover is too late for the window: with `mustEnd`, so long before its end as the longest has taken. */
export function lastMomentOf(window: Window | null, longest: number | null): number | null {
  if (window === null) return null;
  return Date.parse(window.closes) - (window.mustEnd === true ? (longest ?? 0) : 0);
}
