import { setTimeout as delay } from 'node:timers/promises';
import { SiteAway } from './errors.js';
import { inspectSites } from './inspect-sites.js';
import type { Session } from './session.js';

/** A single lost connection is no reason to refuse a run that would ride it out. */
const LOOKS = 3;
const BETWEEN_LOOKS = 2_000;

/**
 * Has a worker look whether the sites answer at all. A login that is refused is left to the run, which holds and says so.
 * @throws {@link SiteAway} and NoWorker
 */
export async function requireSites(session: Session, sites: string[]): Promise<void> {
  for (let look = 1; ; look += 1) {
    const away = (await inspectSites(session, sites)).flatMap(({ site, url, checks }) => {
      const failed = checks.find(({ name, ok }) => ok === false && (name === 'reachable' || name === 'certificate'));
      return failed === undefined ? [] : [{ site, url, ...failed }];
    })[0];
    if (away === undefined) return;
    if (look === LOOKS) throw new SiteAway(away.site, away.url, away.detail, away.fix);
    await delay(BETWEEN_LOOKS);
  }
}
