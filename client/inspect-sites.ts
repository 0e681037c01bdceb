import { INSPECT_SITES, type InspectSitesInput } from '../contract/inputs.js';
import type { SiteInspection, SitePair } from '../contract/inspection.js';
import type { Logins } from '../plan/types.js';
import { requireBetween, requireKnown } from './known-sites.js';
import type { Session } from './session.js';
import { askWorker } from './short-workflow.js';
import { requireWorker } from './worker-presence.js';

/** ms for a worker to check every site; each check has its own, shorter limits */
const INSPECTED_WITHIN = 120_000;

const UNCHECKED = 'The sites were not checked.';

/**
 * Has a worker check the sites, since logins live with the workers. `sites` null: all that the worker is configured for.
 * @param pairs those between which a session is tried as well
 * @param how `logins`: by which they are asked; `everyLogin`: and by all others that the workers have
 */
export async function inspectSites(
  session: Session,
  sites: string[] | null,
  pairs: SitePair[] = [],
  { logins = {}, everyLogin = false }: { logins?: Logins; everyLogin?: boolean } = {},
): Promise<SiteInspection[]> {
  await requireWorker(session, UNCHECKED);
  if (sites !== null) await requireKnown(session, sites, UNCHECKED, logins);
  // Nobody would take up what asks by a login that there is not.
  for (const { source, destination, logins: named = {} } of pairs)
    if (Object.keys(named).length > 0) await requireBetween(session, source, destination, UNCHECKED, named);
  const input: InspectSitesInput = { sites, pairs, ...(everyLogin && { everyLogin: true }) };
  return askWorker<SiteInspection[]>(session, {
    type: INSPECT_SITES,
    prefix: 'doctor',
    input,
    logins,
    within: INSPECTED_WITHIN,
    undone: UNCHECKED,
    what: 'check the sites',
  });
}
