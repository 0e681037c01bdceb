/**
 * One VCDA site as Drover sees it: the calls of all endpoint families, those of VM replications and tasks at hand, the
 * others under a name of their own. Every method throws {@link VcdaError} and nothing else (an aborted `signal` rejects with
 * its reason), answers are checked against schemas, lists are read to their end.
 */
import type { SiteConfig } from '../plan/types.js';
import { applianceCalls } from './calls/appliance.js';
import type { CallOptions } from './calls/call-options.js';
import { inventoryCalls } from './calls/inventory.js';
import { policyCalls, slaProfileCalls } from './calls/policies.js';
import { recoveryPlanCalls } from './calls/recovery-plans.js';
import { sessionCalls } from './calls/sessions.js';
import { createSiteHttp } from './calls/site-http.js';
import { siteCalls } from './calls/sites.js';
import { taskCalls } from './calls/tasks.js';
import { UnreadableItems } from './calls/unreadable.js';
import { vappReplicationCalls } from './calls/vapp-replications.js';
import { vmDetailCalls } from './calls/vm-details.js';
import { vmRecoveryCalls } from './calls/vm-recoveries.js';
import { vmReplicationCalls } from './calls/vm-replications.js';
import type { Among } from './http/limiter.js';
import { type SeenCertificate, seenCertificate } from './http/seen-certificate.js';
import type { SiteSession } from './http/session.js';
import type { Transport } from './http/transport.js';
import type { InventoryVm } from './schemas/inventory.js';

export type Site = ReturnType<typeof createSite>;

/** @param oddity what a person should know of a login that works; null: nothing */
export function createSite(
  config: SiteConfig,
  transport: Transport,
  session: SiteSession,
  oddity: () => string | null,
) {
  const http = createSiteHttp(config.name, session);
  const inventory = inventoryCalls(http);
  return {
    name: config.name,
    config,
    /** what a person should know of its login, though it works; null: nothing */
    loginOddity: oddity,
    /** what callers were told of, and have passed over */
    unreadable: new UnreadableItems(),
    /** requests per second from now on, of all who share them */
    setRate: (perSecond: number): void => transport.setRate(perSecond),
    /** What it shows as its certificate, whether it is trusted or not; nothing is sent. null: none, or a proxy is between. */
    seenCertificate: async (): Promise<SeenCertificate | null> =>
      config.proxy === undefined ? seenCertificate(config.url, config.timeouts.connect) : null,
    /** The rate is that of several processes together, by default of this one alone. */
    divideRate: (among: Among): void => transport.divideRate(among),
    ...sessionCalls(http, session),
    ...siteCalls(http),
    ...taskCalls(http),
    ...vmReplicationCalls(http),
    ...vmRecoveryCalls(http),
    ...vmDetailCalls(http),
    ...applianceCalls(http),
    vappReplications: vappReplicationCalls(http),
    inventory,
    policies: policyCalls(http),
    slaProfiles: slaProfileCalls(http),
    recoveryPlans: recoveryPlanCalls(http),
    /** The VMs of a site, asked through this one. */
    inventoryVms: (site: string, options?: CallOptions): Promise<InventoryVm[]> =>
      inventory.vms({}, { site, ...options }),
  };
}
