import type { InspectSitesInput } from '../../contract/inputs.js';
import type { SiteInspection, SitePair } from '../../contract/inspection.js';
import { loginsAt, loginsKey } from '../../contract/logins.js';
import { type Logins, loginAt } from '../../plan/types.js';
import { configuredSites, inspectSite } from '../activities.js';

/** Checks sites from a worker, where their credentials are; `drover doctor` shows the result. */
export async function inspectSites({ sites, pairs = [], everyLogin }: InspectSitesInput): Promise<SiteInspection[]> {
  const names = sites ?? (await configuredSites());
  const each = names.map(async (site) => {
    const first = await inspectSite({ site, peers: peersOf(pairs, site, {}) });
    // A site is shown just the login of the other that the pair names.
    const named = choicesFor(pairs, site);
    const asked = new Set(named.map((logins) => loginAt(logins, site)));
    const rest = everyLogin !== true ? [] : (first.otherLogins ?? []).filter((login) => !asked.has(login));
    const others = [...named, ...rest.map((login): Logins => ({ [site]: login }))].map((logins) =>
      inspectSite({ site, peers: peersOf(pairs, site, logins), logins }),
    );
    return [first, ...(await Promise.all(others))];
  });
  return (await Promise.all(each)).flat();
}

/** Where one of the two logins is not the default one. */
function choicesFor(pairs: SitePair[], site: string): Logins[] {
  const own = pairs.filter(({ destination }) => destination === site).map(loginsOfPair);
  const byKey = new Map(own.map((logins) => [loginsKey(logins), logins]));
  byKey.delete(loginsKey());
  return [...byKey.values()];
}

const peersOf = (pairs: SitePair[], site: string, logins: Logins): string[] => [
  ...new Set(
    pairs
      .filter((pair) => pair.destination === site && loginsKey(loginsOfPair(pair)) === loginsKey(logins))
      .map(({ source }) => source),
  ),
];

const loginsOfPair = ({ source, destination, logins = {} }: SitePair): Logins =>
  loginsAt(logins, [source, destination]);
