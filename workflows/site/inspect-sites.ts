import type { InspectSitesInput } from '../../contract/inputs.js';
import type { SiteInspection } from '../../contract/inspection.js';
import { configuredSites, inspectSite } from '../activities.js';

/** Checks sites from a worker, where their credentials are; `drover doctor` shows the result. */
export async function inspectSites({ sites }: InspectSitesInput): Promise<SiteInspection[]> {
  const names = sites ?? (await configuredSites());
  const now = Date.now();
  return Promise.all(names.map((site) => inspectSite({ site, now })));
}
