import { quote } from './source/check.js';
import { didYouMean } from './source/nearest.js';
import type { Fault } from './source/problem.js';

/** What VMs are part of, for messages. */
export type Whole = 'plan' | 'drill';

/** VMs by what people call them: an id, or a name, which several may have. */
export interface VmNames<T> {
  find(text: string): T[];
  /** every id and name */
  all(): string[];
}

export function vmNames<T extends { id: string | undefined; name: string | undefined }>(vms: T[]): VmNames<T> {
  const byId = new Map<string, T>();
  const byName = new Map<string, T[]>();
  for (const vm of vms) {
    // A VM that is there twice is one VM, and a problem already.
    if (vm.id !== undefined && byId.has(vm.id)) continue;
    if (vm.id !== undefined) byId.set(vm.id, vm);
    if (vm.name !== undefined) byName.set(vm.name, [...(byName.get(vm.name) ?? []), vm]);
  }
  return {
    find(text) {
      const byItsId = byId.get(text.toLowerCase());
      return byItsId ? [byItsId] : (byName.get(text) ?? []);
    },
    all: () => [...byName.keys(), ...byId.keys()],
  };
}

/** The one VM that a text names, or why it names none. `subject` is what holds the text: `after`, or the name of a group. */
export function oneVm<T>(
  text: string,
  names: VmNames<T>,
  { subject, whole }: { subject: string; whole: Whole },
): { vm: T } | { fault: Fault } {
  const [vm, ...others] = names.find(text);
  if (vm === undefined) {
    const message = `${subject} names ${quote(text)}, which is no VM of this ${whole}`;
    const expected = `the id or name of a VM of this ${whole}`;
    return { fault: { message, expected, ...didYouMean(text, names.all()) } };
  }
  if (others.length === 0) return { vm };
  const message = `${subject} names ${quote(text)}, and ${others.length + 1} VMs have that name`;
  return { fault: { message, expected: 'the id of one' } };
}
