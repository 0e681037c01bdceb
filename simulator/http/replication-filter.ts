import { badRequest, forbidden } from '../errors.js';
import { type Caller, sees } from '../operations/caller.js';
import { vimLocation } from '../views/replication.js';
import type { Replication } from '../world/model.js';
import { vanishedFrom } from '../world/vanish.js';
import type { World } from '../world/world.js';
import { list, type Selection } from './paging.js';
import type { Query } from './request.js';

/** Filters of GET /vm-replications (vcda-api.md §3.2). `ids` and `vmId` do not walk the list. */
export function findReplications(world: World, who: Caller, wanted: Query): Selection<Replication> {
  if (!who.provider && (wanted.owner !== undefined || wanted.sourceVimServerUuid !== undefined)) throw forbidden();
  for (const name of ['sourceSiteType', 'destinationSiteType']) {
    const type = wanted[name];
    if (type !== undefined && type !== 'vcenter' && type !== 'vcloud') throw badRequest(`Unknown site type '${type}'.`);
    if (type === 'vcenter') return { all: [] };
  }
  const hidden = world.assumptions.replicationVisible === 'taskEnd';
  const filters = filtersOf(world, wanted);
  return {
    all: candidates(world, who, wanted),
    holds: (it) =>
      !(hidden && !it.configured) &&
      !vanishedFrom(world, it, 'lists') &&
      sees(who, it.owner.org) &&
      filters.every((fits) => fits(it)),
  };
}

function candidates(world: World, who: Caller, wanted: Query): Iterable<Replication> {
  const { replications } = world.site(who.site);
  const found = (ids: Iterable<string>) =>
    [...new Set(ids)].map((id) => replications.get(id)).filter((it) => it !== undefined);
  const ids = list(wanted, 'ids');
  if (ids !== undefined) return found(ids);
  if (wanted.vmId !== undefined && world.assumptions.secondReplication === 'refused') {
    const vm = world.vm(wanted.vmId);
    if (vm?.replicationId != null) return found([vm.replicationId]);
  }
  return replications.values();
}

/** One predicate per parameter that was given: a list without filters costs next to nothing per item. */
function filtersOf(world: World, wanted: Query): ((it: Replication) => boolean)[] {
  const source = (it: Replication) => world.vm(it.vmId) ?? it.lastSeen;
  const destination = (it: Replication) => world.site(it.destinationSite).vdcs.get(it.destinationVdcId);
  const values: Record<string, (it: Replication) => string | undefined> = {
    vmId: (it) => it.vmId,
    owner: (it) => `${it.owner.org}@${it.owner.site}`,
    sourceSite: (it) => it.sourceSite,
    sourceOrg: (it) => source(it).org,
    sourceVdcId: (it) => source(it).vdcId,
    sourceVdcName: (it) => world.site(it.sourceSite).vdcs.get(source(it).vdcId)?.name,
    sourceVimServerUuid: (it) => vimLocation(it.sourceSite).vimServerInstanceUuid,
    storageProfile: (it) => it.storageProfileId,
    destinationOrg: (it) => destination(it)?.org,
    destinationVdcId: (it) => it.destinationVdcId,
    destinationVdcName: (it) => destination(it)?.name,
  };
  const filters = Object.entries(values)
    .filter(([name]) => wanted[name] !== undefined)
    .map(
      ([name, valueOf]) =>
        (it: Replication) =>
          valueOf(it) === wanted[name],
    );
  const { vmName } = wanted;
  if (vmName !== undefined) filters.push((it) => it.vmName.includes(vmName));
  return filters;
}
