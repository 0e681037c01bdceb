import type { Group } from '../../contract/shard.js';
import { listed } from '../../contract/words.js';

/** For the person who is told, with their number. */
export function named({ count, names }: Group): string {
  return `${count} ${count === 1 ? 'VM' : 'VMs'} (${listed(names, count)})`;
}

export const groupOfAll = (vms: { name: string }[]): Group => ({
  count: vms.length,
  names: vms.map(({ name }) => name),
});
