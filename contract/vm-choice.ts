/** Which VM a person means. Pure: the client asks it of a report, and a run's workflow before it acts on a message. */
import type { VmRef } from './operation.js';

/** What a typed word stands for among the VMs of a run. */
export type VmChoice<T> = { found: 'one'; vm: T } | { found: 'none' } | { found: 'many'; vms: T[] };

/**
 * The VM that has `typed` as its id, in whatever case, else the one that has it as its name. A name that several VMs bear
 * stands for none of them: who acts on the first that comes acts on a VM that nobody may have meant.
 */
export function vmNamed<T extends VmRef>(vms: Iterable<T>, typed: string): VmChoice<T> {
  const all = [...vms];
  const id = typed.toLowerCase();
  const byId = all.find((vm) => vm.id.toLowerCase() === id);
  const [vm, ...others] = byId === undefined ? all.filter(({ name }) => name === typed) : [byId];
  if (vm === undefined) return { found: 'none' };
  return others.length === 0 ? { found: 'one', vm } : { found: 'many', vms: [vm, ...others] };
}
