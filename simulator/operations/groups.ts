import { uuid } from '../random.js';
import type { Replication, VappReplication, Vm } from '../world/model.js';
import type { World } from '../world/world.js';

/**
 * Every VM replication belongs to a vApp replication: the result of a single VM's start carries a vappReplicationId and
 * a source vApp [seed]. VMs of one vApp that go the same way share it.
 */
export function joinVapp(world: World, it: Replication, vm: Vm, id?: string): VappReplication {
  const home = world.site(it.home);
  const key = sourceKey(it, vm.vappId);
  const found = home.vappsBySource.get(key);
  if (found !== undefined) return add(found, it);
  const kept = id !== undefined && !home.vappReplications.has(id) ? id : undefined;
  const group: VappReplication = {
    id: kept ?? `C4VAPP-${uuid(world.seed, 'vapp-replication', vm.vappId, world.count('vapp-replication', vm.vappId))}`,
    sourceKey: key,
    home: it.home,
    owner: { ...it.owner },
    vappId: vm.vappId,
    vappName: world.site(vm.site).vapps.get(vm.vappId)?.name ?? '',
    description: it.settings.description,
    sourceSite: it.sourceSite,
    destinationSite: it.destinationSite,
    destinationVdcId: it.destinationVdcId,
    isMigration: it.isMigration,
    recoveredVappId: null,
    replicationIds: new Set(),
    networkSettings: { failoverSettings: vappNetworks(), failoverTestSettings: vappNetworks() },
    busyWith: null,
  };
  home.vappReplications.set(group.id, group);
  home.vappsBySource.set(key, group);
  return add(group, it);
}

export const vappNetworks = () => ({ vAppNetworkSettings: { networkMappings: [], copySourceNetworks: false } });

const sourceKey = (it: Replication, vappId: string): string => [vappId, it.owner.org, it.isMigration].join(' ');

function add(group: VappReplication, it: Replication): VappReplication {
  group.replicationIds.add(it.id);
  it.vappReplicationId = group.id;
  return group;
}

/** The last one to leave takes the vApp replication with it. */
export function leaveVapp(world: World, it: Replication): void {
  const { vappReplications, vappsBySource } = world.site(it.home);
  const group = vappReplications.get(it.vappReplicationId);
  group?.replicationIds.delete(it.id);
  if (group?.replicationIds.size !== 0) return;
  vappReplications.delete(group.id);
  if (vappsBySource.get(group.sourceKey) === group) vappsBySource.delete(group.sourceKey);
}

export function members(world: World, group: VappReplication): Replication[] {
  const { replications } = world.site(group.home);
  return [...group.replicationIds].map((id) => replications.get(id)).filter((it) => it !== undefined);
}
