/**
 * One VCDA site as Drover sees it: the calls of all endpoint families, those of VM replications and tasks at hand, the
 * others under a name of their own. Every method throws {@link VcdaError} and nothing else (an aborted `signal` rejects with
 * its reason), answers are checked against schemas, lists are read to their end.
 */
import type { SiteConfig } from '../plan/types.js';
import { applianceCalls } from './appliance.js';
import { inventoryCalls } from './inventory.js';
import { policyCalls, slaProfileCalls } from './policies.js';
import { recoveryPlanCalls } from './recovery-plans.js';
import type { InventoryVm } from './schemas/inventory.js';
import type { SiteSession } from './session.js';
import { sessionCalls } from './sessions.js';
import { type CallOptions, createSiteHttp } from './site-http.js';
import { siteCalls } from './sites.js';
import { taskCalls } from './tasks.js';
import type { Transport } from './transport.js';
import { vappReplicationCalls } from './vapp-replications.js';
import { vmDetailCalls } from './vm-details.js';
import { vmRecoveryCalls } from './vm-recoveries.js';
import { vmReplicationCalls } from './vm-replications.js';

export type Site = ReturnType<typeof createSite>;

export function createSite(config: SiteConfig, transport: Transport, session: SiteSession) {
  const http = createSiteHttp(config.name, session);
  const inventory = inventoryCalls(http);
  return {
    name: config.name,
    config,
    setRate: transport.setRate,
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
