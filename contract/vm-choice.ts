/** Which VM or wave a person means. Pure: the client asks it of a report, and a run's workflow before it acts on a message. */
import { isVappUnit } from '../plan/types.js';
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

/** A wave or a VM. */
export type Meant<T> = { wave: string } | { vm: T };

/**
 * All that `typed` can mean: an id its VM alone; else what has it as its name, and, behind `wave:`, `vm:` or `vapp:`, what has
 * the rest.
 * More than one is for a person to tell: a name may look like a prefix and the name of another.
 */
export function meantBy<T extends VmRef>(vms: Iterable<T>, waves: ReadonlySet<string>, typed: string): Meant<T>[] {
  const all = [...vms];
  const [, kind, rest = ''] = /^(wave|vm|vapp):(.+)$/s.exec(typed) ?? [];
  const names = kind === 'vm' ? [typed, rest] : [typed];
  const vapps = kind === 'vapp' ? all.filter(({ id, name }) => name === rest && isVappUnit(id)) : [];
  const ids = names.map((name) => name.toLowerCase());
  const byId = all.find(({ id }) => ids.includes(id.toLowerCase()));
  if (byId !== undefined) return [{ vm: byId }];
  const waveNames = kind === 'wave' ? [typed, rest] : [typed];
  return [
    ...waveNames.flatMap((wave) => (waves.has(wave) ? [{ wave }] : [])),
    ...names.flatMap((name) => all.flatMap((vm) => (vm.name === name ? [{ vm }] : []))),
    ...vapps.map((vm) => ({ vm })),
  ];
}
