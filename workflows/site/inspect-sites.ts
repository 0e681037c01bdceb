import type { InspectSitesInput } from '../../contract/inputs.js';
import type { SiteInspection } from '../../contract/inspection.js';
import { configuredSites, inspectSite } from '../activities.js';

/** Checks sites from a worker, where their credentials are; `drover doctor` shows the result. */
export async function inspectSites({ sites, pairs = [], everyLogin }: InspectSitesInput): Promise<SiteInspection[]> {
  const names = sites ?? (await configuredSites());
  const peersOf = (site: string) => pairs.flatMap((pair) => (pair.destination === site ? [pair.source] : []));
  const each = names.map(async (site) => {
    const first = await inspectSite({ site, peers: peersOf(site) });
    if (everyLogin !== true) return [first];
    const others = (first.otherLogins ?? []).map((login) =>
      inspectSite({ site, peers: [], logins: { [site]: login } }),
    );
    return [first, ...(await Promise.all(others))];
  });
  return (await Promise.all(each)).flat();
}
