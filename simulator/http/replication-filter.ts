import { type Caller, sees } from '../operations/caller.js';
import { badRequest, forbidden } from '../errors.js';
import { uuid } from '../random.js';
import type { Replication } from '../world/model.js';
import type { World } from '../world/world.js';
import { list } from './paging.js';
import type { Query } from './request.js';

/** Filters of GET /vm-replications (vcda-api.md §3.2). `ids` and `vmId` do not walk the list. */
export function* findReplications(world: World, who: Caller, wanted: Query): Iterable<Replication> {
  if (!who.provider && (wanted.owner !== undefined || wanted.sourceVimServerUuid !== undefined)) throw forbidden();
  for (const name of ['sourceSiteType', 'destinationSiteType']) {
    const type = wanted[name];
    if (type !== undefined && type !== 'vcenter' && type !== 'vcloud') throw badRequest(`Unknown site type '${type}'.`);
    if (type === 'vcenter') return;
  }
  for (const it of candidates(world, who, wanted)) {
    if (!it.configured && world.assumptions.replicationVisible === 'taskEnd') continue;
    if (sees(who, it.owner.org) && matches(world, it, wanted)) yield it;
  }
}

function candidates(world: World, who: Caller, wanted: Query): Iterable<Replication> {
  const { replications } = world.site(who.site);
  const found = (ids: Iterable<string>) =>
    [...new Set(ids)].map((id) => replications.get(id)).filter((it) => it !== undefined);
  const ids = list(wanted, 'ids');
  if (ids !== undefined) return found(ids);
  if (wanted.vmId !== undefined) {
    const vm = world.vm(wanted.vmId);
    if (vm?.replicationId != null) return found([vm.replicationId]);
  }
  return replications.values();
}

function matches(world: World, it: Replication, wanted: Query): boolean {
  const source = world.vm(it.vmId) ?? it.lastSeen;
  const destination = world.site(it.destinationSite).vdcs.get(it.destinationVdcId);
  const equals = (want: string | undefined, value: string | undefined) => want === undefined || want === value;
  return (
    equals(wanted.vmId, it.vmId) &&
    (wanted.vmName === undefined || it.vmName.includes(wanted.vmName)) &&
    equals(wanted.owner, `${it.owner.org}@${it.owner.site}`) &&
    equals(wanted.sourceSite, it.sourceSite) &&
    equals(wanted.sourceOrg, source.org) &&
    equals(wanted.sourceVdcId, source.vdcId) &&
    equals(wanted.sourceVdcName, world.site(it.sourceSite).vdcs.get(source.vdcId)?.name) &&
    equals(wanted.sourceVimServerUuid, wanted.sourceVimServerUuid && uuid(0, 'vc-instance', it.sourceSite)) &&
    equals(wanted.storageProfile, it.storageProfileId) &&
    equals(wanted.destinationOrg, destination?.org) &&
    equals(wanted.destinationVdcId, it.destinationVdcId) &&
    equals(wanted.destinationVdcName, destination?.name)
  );
}
