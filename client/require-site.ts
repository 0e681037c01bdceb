import { setTimeout as delay } from 'node:timers/promises';
import { SiteAway } from './errors.js';
import { inspectSites } from './inspect-sites.js';
import type { Session } from './session.js';

/** A single lost connection is no reason to refuse a run that would ride it out. */
const LOOKS = 3;
const BETWEEN_LOOKS = 2_000;

/**
 * Has a worker look whether the site answers at all. A login that is refused is left to the run, which holds and says so.
 * @throws {@link SiteAway} and NoWorker
 */
export async function requireSite(session: Session, site: string): Promise<void> {
  for (let look = 1; ; look += 1) {
    const [inspection] = await inspectSites(session, [site]);
    const away = inspection?.checks.find(
      ({ name, ok }) => ok === false && (name === 'reachable' || name === 'certificate'),
    );
    if (inspection === undefined || away === undefined) return;
    if (look === LOOKS) throw new SiteAway(inspection.site, inspection.url, away.detail, away.mend);
    await delay(BETWEEN_LOOKS);
  }
}
