import { uuid } from '../random.js';
import type { Replication, VappReplication, Vm } from '../world/model.js';
import type { World } from '../world/world.js';

/**
 * Every VM replication belongs to a vApp replication: the result of a single VM's start carries a vappReplicationId and
 * a source vApp [seed]. VMs of one vApp that go the same way share it.
 */
export function joinVapp(world: World, it: Replication, vm: Vm): VappReplication {
  const home = world.site(it.home);
  for (const group of home.vappReplications.values()) {
    if (group.vappId === vm.vappId && group.owner.org === it.owner.org && group.isMigration === it.isMigration) {
      return add(group, it);
    }
  }
  const group: VappReplication = {
    id: `C4VAPP-${uuid(world.seed, 'vapp-replication', vm.vappId, world.count('vapp-replication', vm.vappId))}`,
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
    networkSettings: {},
    busyWith: null,
  };
  home.vappReplications.set(group.id, group);
  return add(group, it);
}

function add(group: VappReplication, it: Replication): VappReplication {
  group.replicationIds.add(it.id);
  it.vappReplicationId = group.id;
  return group;
}

/** The last one to leave takes the vApp replication with it. */
export function leaveVapp(world: World, it: Replication): void {
  const groups = world.site(it.home).vappReplications;
  const group = groups.get(it.vappReplicationId);
  group?.replicationIds.delete(it.id);
  if (group?.replicationIds.size === 0) groups.delete(group.id);
}

export function members(world: World, group: VappReplication): Replication[] {
  const { replications } = world.site(group.home);
  return [...group.replicationIds].map((id) => replications.get(id)).filter((it) => it !== undefined);
}
