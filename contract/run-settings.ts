/** What a person sets of a run while it goes on; it goes before the plan. Plain JSON. */
import type { Plan } from '../plan/types.js';
import type { Validity } from './act.js';

export type Priority = NonNullable<Plan['priority']>;

export type Window = NonNullable<Plan['cutover']['window']>;

/** As it is said: what is absent stays as it is. */
export interface SetRun extends Validity {
  /** moments, ISO 8601 with a zone; `now` opens it at once, for as long as it was to be open where it is over */
  window?: { opens?: string; closes?: string };
  /** the run's share of the sites' limits; null: theirs alone */
  limits?: { syncs?: number | null; cutovers?: number | null };
  /** null: never */
  stopAfter?: Plan['stopAfter'];
  /** against other runs */
  priority?: Priority;
}

/** What holds by the word of persons; what is absent is as the plan has it. */
export interface LiveSettings {
  window?: Window;
  limits?: Plan['limits'];
  stopAfter?: Plan['stopAfter'];
  priority?: Priority;
}

/** The share that a run has of a site's places, and its priority there, for whoever asks there with an older one. */
export interface Share {
  run: string;
  /** grows with each change */
  at: number;
  syncs: number | null;
  cutovers: number | null;
  /** absent: nobody has changed it */
  priority?: Priority;
}
