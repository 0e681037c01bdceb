/** For how long what a person typed holds: pure, since the run that is told and the client that tells it go by the same rule. */

/** What every act of a person carries beside its target. */
export interface Validity {
  /** epoch ms, from which on the run refuses the act; absent: it holds whenever it arrives */
  validUntil?: number | undefined;
}

/** Type of the refusal; its one detail is the run's own time, epoch ms. */
export const ACT_TOO_LATE = 'ActTooLate';

/** ms for which an act holds. Longer than a client waits for the answer, short enough for a person to remember what it was. */
export const ACT_HOLDS = 60_000;

/** Whom a steering message is for: a wave or a VM by id or name; neither means the whole run. */
export interface Scope {
  wave?: string;
  vm?: string;
}
