import type { Replication, StorageProfile } from './model.js';
import type { World } from './world.js';

export function profileOf(world: World, it: Replication): StorageProfile | undefined {
  return world
    .vdc(it.destinationSite, it.destinationVdcId)
    .storageProfiles.find((profile) => profile.id === it.storageProfileId);
}

/** Bytes a replica needs at its destination: what is in use for thin disks, everything provisioned for the others. */
export function spaceRequirement(world: World, it: Replication): number {
  const vm = world.vm(it.vmId);
  if (vm === undefined) return it.reservedBytes;
  const disks = vm.disks.filter((disk) => !it.settings.excludedDiskKeys.includes(disk.key));
  const provisioned = disks.reduce((sum, disk) => sum + disk.bytes, 0);
  return it.settings.targetDiskType === 'THIN' ? Math.min(vm.usedBytes, provisioned) : provisioned;
}

/** Takes the space of a replica; false when the storage profile does not have it. */
export function reserve(world: World, it: Replication): boolean {
  const profile = profileOf(world, it);
  if (profile === undefined || it.reservedBytes > 0) return true;
  const bytes = spaceRequirement(world, it);
  if (profile.usedBytes + bytes > profile.capacityBytes) return false;
  profile.usedBytes += bytes;
  it.reservedBytes = bytes;
  return true;
}

/** Gives the space back; of a failed first sync only when nothing has been written yet. */
export function release(world: World, it: Replication, why: 'unfinished' | 'removed'): void {
  if (why === 'unfinished' && it.latest !== null) return;
  const profile = profileOf(world, it);
  if (profile !== undefined) profile.usedBytes = Math.max(0, profile.usedBytes - it.reservedBytes);
  it.reservedBytes = 0;
}

export function storageIsFull(world: World, it: Replication): boolean {
  const profile = profileOf(world, it);
  return profile !== undefined && profile.usedBytes > profile.capacityBytes;
}
