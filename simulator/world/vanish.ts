import type { Replication } from './model.js';
import type { World } from './world.js';

/** Whether a replication that exists is not to be found just now, in lists or by its id. */
export function vanishedFrom(world: World, { vanished }: Replication, where: 'lists' | 'id'): boolean {
  return vanished !== null && world.now < vanished.until && (vanished.from === 'both' || vanished.from === where);
}
