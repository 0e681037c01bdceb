/** What a site's workflow keeps: its limits, who holds its places and who waits for them. Plain JSON; times are epoch ms. */

import type { CarriedAct, SetBy, Validity } from './act.js';
import type { CarriedLogins } from './login-turn.js';
import type { TestCopy } from './questions.js';
import type { Priority, Share } from './run-settings.js';
import type { SlotRequest } from './slot.js';
import type { SiteHold, Watch } from './watch.js';

export { PURPOSES, type SlotPurpose, type SlotRequest } from './slot.js';

export interface SiteLimits {
  syncs: number | null;
  cutovers: number | null;
  requestsPerSecond: number | null;
}

/** Of runs against each other, the highest first. */
export const PRIORITIES = ['high', 'normal', 'low'] as const satisfies Priority[];
export type { Priority };

export interface SiteStatus {
  site: string;
  brake: boolean;
  limits: SiteLimits;
  holders: SlotRequest[];
  queue: SlotRequest[];
  watches: Watch[];
  testCopies: TestCopy[];
  hold: SiteHold | null;
  /** since when it does not answer, and what happened then */
  away: { at: number; message: string } | null;
}

/** What a person says to a site: its brake, and limits that go before the config's; null: the config's again. */
export interface SiteChange extends Validity {
  brake?: boolean;
  limits?: Partial<SiteLimits>;
}

/** What the config of a worker gives, and since when that is so, as far as the site's workflow knows: epoch ms. */
export interface ConfiguredLimits extends SiteLimits {
  since: number;
}

/** What it hands over by continue-as-new, or to the workflow that takes its place when somebody has terminated it. */
export interface CarriedSite {
  watches: Watch[];
  holders: SlotRequest[];
  queue: SlotRequest[];
  brake: boolean;
  /** live overrides of the configured limits; null members fall back to the config */
  limits: SiteLimits;
  resumedAt: number;
  /** of logins that are not the default ones, by their key; absent: nobody has said `resume` for any */
  resumed?: Record<string, number>;
  testCopies: TestCopy[];
  /** absent: from before it was kept */
  logins?: CarriedLogins;
  /** of runs whose share a person has changed, the newest last; absent: of none */
  shares?: Share[];
  /** how many places higher priorities have got while others waited, by queue and priority; absent: none */
  passed?: Record<string, number>;
  /** who has set what last; absent, as a member: nobody has */
  set?: Partial<Record<keyof SiteLimits | 'brake', SetBy>>;
  /** acts of persons that were done; absent: none */
  acts?: number;
  /** the newest of them; absent: none */
  actsTold?: CarriedAct[];
  /** absent: it has not asked yet */
  configured?: ConfiguredLimits;
}
