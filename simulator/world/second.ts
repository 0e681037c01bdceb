import type { Replication } from './model.js';
import type { World } from './world.js';

/** Its source VM is free again, or another's of its replications where a site allows several; after it was taken out of its site. */
export function letGo(world: World, it: Replication): void {
  const vm = world.vm(it.vmId);
  if (vm?.replicationId !== it.id) return;
  vm.replicationId = world.assumptions.secondReplication === 'allowed' ? otherOf(world, it.vmId) : null;
}

function otherOf(world: World, vmId: string): string | null {
  for (const { replications } of world.sites.values())
    for (const { id, vmId: source } of replications.values()) if (source === vmId) return id;
  return null;
}
