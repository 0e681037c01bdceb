/**
 * Sites whose replications are those of units: a vApp's is asked for, and worked on, as a VM's is, by ids that say what they are.
 * So everything that moves units knows one kind of replication alone.
 */
import { isVappReplication } from '../contract/vapp.js';
import { vappIdOf } from '../plan/types.js';
import type {
  CallOptions,
  CommonRecoverySettings,
  RecoverySettings,
  Site,
  Sites,
  VappReplication,
} from '../vcda/index.js';
import { type UnitReplication, unitOf } from './vapp-replication.js';

export function unitSites(sites: Sites): Sites {
  const known = new WeakMap<Site, Site>();
  return {
    ...sites,
    get(name) {
      const site = sites.get(name);
      const its = known.get(site) ?? unitSite(site);
      known.set(site, its);
      return its;
    },
  };
}

/** A recovery of a vApp takes what holds for all its VMs. */
const common = ({
  type,
  powerOn,
  placementPolicy,
  sizingPolicy,
  copySecurityTags,
  vAppNetworkSettings,
}: RecoverySettings) =>
  ({
    type,
    powerOn,
    placementPolicy,
    sizingPolicy,
    copySecurityTags,
    vAppNetworkSettings,
  }) satisfies CommonRecoverySettings;

function unitSite(site: Site): Site {
  const { vappReplications: vapps } = site;
  const units = async (all: Promise<VappReplication[]>): Promise<UnitReplication[]> => (await all).map(unitOf);
  /** One operation, by the kind of the replication that it is for. */
  const either =
    <A extends unknown[], R>(
      ofVm: (id: string, ...rest: A) => Promise<R>,
      ofVapp: (id: string, ...rest: A) => Promise<R>,
    ) =>
    (id: string, ...rest: A): Promise<R> =>
      isVappReplication(id) ? ofVapp(id, ...rest) : ofVm(id, ...rest);

  return {
    ...site,
    /** Of one unit where it is asked for; all of a site are those of its VMs. */
    async replications(filter, options) {
      const vappId = filter.vmId === undefined ? null : vappIdOf(filter.vmId);
      if (vappId !== null) return units(vapps.list({ vappId }, options));
      const vappName = filter.vmName === undefined ? null : vappIdOf(filter.vmName);
      return vappName === null ? site.replications(filter, options) : units(vapps.list({ vappName }, options));
    },
    async replicationsById(ids, options) {
      const ofVapps = ids.filter(isVappReplication);
      if (ofVapps.length === 0) return site.replicationsById(ids, options);
      const ofVms = ids.filter((id) => !isVappReplication(id));
      const found = ofVms.length === 0 ? [] : await site.replicationsById(ofVms, options);
      return new Map([
        ...found,
        ...(await units(listed(vapps.byId(ofVapps, options)))).map((one) => [one.id, one] as const),
      ]);
    },
    findReplication: either(site.findReplication, async (id: string, options?: CallOptions) => {
      const found = await vapps.find(id, options);
      return found === null ? null : unitOf(found);
    }),
    async startReplication(body, options) {
      const { source, destination, ...settings } = body;
      const vappId = vappIdOf(source.vmId);
      if (vappId === null) return site.startReplication(body, options);
      const { seedVmId: _, ...place } = destination;
      const from = { type: 'vapp' as const, site: source.site, vappId };
      return vapps.start({ ...settings, destination: place, source: from }, options);
    },
    chownReplication: either(site.chownReplication, async (id, owner, options) =>
      unitOf(await vapps.chown(id, owner, options)),
    ),
    reconfigureReplication: either(site.reconfigureReplication, vapps.reconfigure),
    deleteReplication: either(site.deleteReplication, vapps.delete),
    syncReplication: either(site.syncReplication, vapps.sync),
    pauseReplication: either(site.pauseReplication, vapps.pause),
    resumeReplication: either(site.resumeReplication, vapps.resume),
    migrateReplication: either(site.migrateReplication, async (id, { consolidate, ...body }, options) =>
      vapps.migrate(id, { ...common(body), consolidate }, options),
    ),
    failoverReplication: either(site.failoverReplication, async (id, { consolidate, ...body }, options) =>
      vapps.failover(id, { ...common(body), consolidate }, options),
    ),
    testFailover: either(site.testFailover, async (id, { sync, ...body }, options) =>
      vapps.testFailover(id, { ...common(body), sync }, options),
    ),
    cleanUpTest: either(site.cleanUpTest, vapps.cleanUpTest),
    reverseReplication: either(site.reverseReplication, vapps.reverse),
    networkSettings: either(site.networkSettings, vapps.networkSettings),
  } satisfies Site;
}

const listed = async <T>(found: Promise<Map<string, T>>): Promise<T[]> => [...(await found).values()];
