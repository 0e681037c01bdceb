import { setTimeout as delay } from 'node:timers/promises';
import type { SiteCheck } from '../contract/inspection.js';
import type { Logins } from '../plan/types.js';
import { SiteAway } from './errors.js';
import { inspectSites } from './inspect-sites.js';
import type { Session } from './session.js';

/** A single lost connection is no reason to refuse a run that would ride it out. */
const LOOKS = 3;
const BETWEEN_LOOKS = 2_000;

const NEEDED = new Set<SiteCheck['name']>(['reachable', 'certificate']);

/**
 * Has a worker look whether the sites answer at all. A login that is refused is left to the run, which holds and says so.
 * @param login a refused login counts as well: for what has nobody to hold for
 * @param logins by which they are asked
 * @throws {@link SiteAway} and NoWorker
 */
export async function requireSites(
  session: Session,
  sites: string[],
  { login = false, logins = {} }: { login?: boolean; logins?: Logins } = {},
): Promise<void> {
  for (let look = 1; ; look += 1) {
    const away = (await inspectSites(session, sites, [], { logins })).flatMap(({ site, url, checks }) => {
      const failed = checks.find(({ name, ok }) => ok === false && (NEEDED.has(name) || (login && name === 'login')));
      return failed === undefined ? [] : [{ site, url, ...failed }];
    })[0];
    if (away === undefined) return;
    if (look === LOOKS) throw new SiteAway(away.site, away.url, away);
    await delay(BETWEEN_LOOKS);
  }
}
