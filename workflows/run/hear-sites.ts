/** What sites say to a run or drill, and what it says to them. */
import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { isSiteAway, isSiteHeld } from '../../contract/guards.js';
import { siteAwaySignal, siteHeldSignal, siteResumeSignal } from '../../contract/messages.js';
import { siteWorkflowId } from '../../contract/names.js';
import type { Hold } from '../../contract/report.js';
import type { Pause } from '../../contract/shard.js';
import { hear } from '../hear.js';
import { sameLogins } from '../own-logins.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import type { SitesAway } from './sites-away.js';

/** Who waits for sites. */
interface Waiting {
  away: SitesAway;
  /** @returns false: that was refused before the last `resume` */
  held(askedAt: number, reason: Pause): boolean;
  /** what was refused before the last `resume` is no longer, at these sites */
  tellSites(names: string[]): void;
}

export function hearSites({ away, held, tellSites }: Waiting): void {
  hear(siteHeldSignal, isSiteHeld, (hold) => {
    // Whoever tells it has not heard of the last `resume`.
    if (!held(hold.askedAt, reasonOf(hold))) tellSites([hold.site]);
  });
  hear(siteAwaySignal, isSiteAway, ({ site, since, message }) =>
    away.reach(site, message === null ? null : { since, message }),
  );
}

export const reasonOf = ({ message, advice = null }: Pick<Hold, 'message'> & Partial<Hold>): Pause => ({
  message,
  advice,
});

/** Of the logins that it works with alone: those of others it says nothing of. @param at when a person said `resume`: epoch ms */
export async function tellResumed(names: string[], at: number): Promise<void> {
  const sites = names.map((name) => getExternalWorkflowHandle(siteWorkflowId(name)));
  const resume = { at, ...sameLogins() };
  await Promise.all(sites.map((site) => signalIfOpen(site, siteResumeSignal, resume)));
}
