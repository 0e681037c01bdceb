/** What a site's workflow shows of itself to people, however much it keeps: plain JSON. Times are ISO 8601, UTC. */
import type { ActRecord, SetBy } from './act.js';
import type { SlotKind } from './operation.js';
import type { Priority } from './run-settings.js';
import type { SiteLimits } from './site.js';

/** One limit of a site, and whose word holds. */
export interface ShownLimit {
  /** null: the config of the workers gives it, and no person has set it; its figure is theirs */
  holds: number | null;
  from: 'config' | 'person';
  /** since when that holds; null: the config's, which the site has not heard from a worker yet */
  since: string | null;
  /** null: nobody has set it, or the config holds again by itself */
  set: SetBy | null;
  /** what the config gives; null: not known */
  configured: number | null;
}

export interface SiteShown {
  site: string;
  brake: { on: boolean; set: SetBy | null };
  limits: Record<keyof SiteLimits, ShownLimit>;
  places: Record<SlotKind, { held: number; waiting: number }>;
  /** of the runs and drills that have or want places here, those with most, at most 50 */
  runs: { run: string; held: number; waiting: number /** against others; absent: `normal` */; priority?: Priority }[];
  /** operations that are awaited here */
  operations: number;
  testCopies: number;
  /** why it sends nothing more until a person acts; null: it does not refuse */
  hold: { code: string; message: string; advice: string | null } | null;
  /** the same of logins that are not the site's default one; absent: of none */
  otherHolds?: { login: string; code: string; message: string; advice: string | null }[];
  /** since when it does not answer; null: it does */
  away: { since: string; message: string } | null;
  /** what persons have told it: the newest, oldest first */
  acts: ActRecord[];
}
