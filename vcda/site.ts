/**
 * One VCDA site as Drover sees it: the calls of all endpoint families.
 * Every method throws {@link VcdaError} and nothing else (an aborted `signal` rejects with its reason).
 */
import type { SiteConfig } from '../plan/types.js';
import * as schemas from './schemas/appliance.js';
import { inventoryVm } from './schemas/inventory.js';
import { site as siteInfo } from './schemas/site.js';
import type { SiteSession } from './session.js';
import { sessionCalls } from './sessions.js';
import { type CallOptions, createSiteHttp } from './site-http.js';
import { taskCalls } from './tasks.js';
import type { Transport } from './transport.js';
import { vmReplicationCalls } from './vm-replications.js';

export type Site = ReturnType<typeof createSite>;

export function createSite(config: SiteConfig, transport: Transport, session: SiteSession) {
  const http = createSiteHttp(config.name, session);
  return {
    name: config.name,
    config,
    setRate: transport.setRate,
    ...sessionCalls(http, session),
    ...taskCalls(http),
    ...vmReplicationCalls(http),
    sites: (options?: CallOptions) => http.readList(siteInfo, '/sites', {}, options),
    about: (options?: CallOptions) => http.read(schemas.about, '/diagnostics/about', {}, options),
    license: (options?: CallOptions) => http.read(schemas.license, '/license', {}, options),
    inventoryVms: (site: string, options?: CallOptions) =>
      http.readAll(inventoryVm, '/inventory/vms', {}, { site, ...options }),
  };
}
