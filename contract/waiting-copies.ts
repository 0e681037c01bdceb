/** Copies that wait at their gates, as a run asks for them from time to time: many at once, and none by its own workflow. */
import type { VmRef } from './operation.js';
import type { ClockOffset } from './site-clock.js';

/** Copies that are asked for at once: what is asked, and answered, is far from what one message may hold. */
export const MOST_COPIES = 200;

export interface WaitingCopy {
  vm: VmRef;
  replicationId: string;
}

export interface WaitingCopiesInput {
  /** where the replications live */
  site: string;
  peer: string;
  /** at most {@link MOST_COPIES} */
  copies: WaitingCopy[];
  /** of the site's clock, as far as the units have measured it; null: not */
  clock: ClockOffset | null;
  resumedAt: number;
}

/** What a look has seen of one of them; those that the site did not tell of are left out. */
export interface SeenCopy {
  /** id of its VM, as it was asked for */
  unit: string;
  /** how much of what its source has written it does not hold, at most: seconds; null: not known, or its source is off */
  lagSeconds: number | null;
  /** what it was sent last; absent: its first copy alone, or the site does not tell */
  delta?: { bytes: number; seconds: number };
  /** why it would not be cut over as it is, or would lose more than it should; null: it is well */
  trouble: CopyTrouble | null;
}

export interface CopyTrouble {
  code: string;
  message: string;
  /** the next step for a person */
  advice: string;
}
