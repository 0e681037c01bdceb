import type { PlanVmInput } from './inputs.js';
import type { StartBody } from './operation.js';

type Asked = Pick<PlanVmInput, 'source' | 'destination' | 'vm' | 'replication'>;

/** What the start of a VM of a plan sends. Pure. */
export function startBody({ source, destination, vm, replication }: Asked, isMigration: boolean): StartBody {
  const { excludedDiskKeys, seedVmId } = vm;
  const { placementPolicy, sizingPolicy } = { ...destination, ...vm };
  return {
    ...replication,
    sourceSite: source,
    destinationSite: destination.site,
    vdc: vm.vdc ?? destination.vdc ?? '',
    storageProfile: vm.storageProfile ?? destination.storageProfile,
    ...(placementPolicy === undefined ? {} : { placementPolicy }),
    ...(sizingPolicy === undefined ? {} : { sizingPolicy }),
    ...(seedVmId === undefined ? {} : { seedVmId }),
    ...(excludedDiskKeys === undefined ? {} : { excludedDiskKeys }),
    isMigration,
  };
}
