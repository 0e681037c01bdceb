import { quote } from './source/check.js';
import { didYouMean } from './source/nearest.js';
import type { Fault } from './source/problem.js';

/** What VMs are part of, for messages. */
export type Whole = 'plan' | 'drill';

/** Suggestions cost a look at every name; a file with more mistakes than this has another mistake. */
const MOST_SUGGESTIONS = 20;

/** VMs by what people call them: an id, or a name, which several may have. */
export class VmNames<T extends { id: string | undefined; name: string | undefined }> {
  readonly #byId = new Map<string, T>();
  readonly #byName = new Map<string, T[]>();
  #suggestions = 0;

  constructor(vms: T[]) {
    for (const vm of vms) {
      // A VM that is there twice is one VM, and a problem already.
      if (vm.id !== undefined && this.#byId.has(vm.id)) continue;
      if (vm.id !== undefined) this.#byId.set(vm.id, vm);
      if (vm.name === undefined) continue;
      const namesakes = this.#byName.get(vm.name) ?? [];
      namesakes.push(vm);
      this.#byName.set(vm.name, namesakes);
    }
  }

  find(text: string): T[] {
    const byItsId = this.#byId.get(text.toLowerCase());
    return byItsId ? [byItsId] : (this.#byName.get(text) ?? []);
  }

  get size(): number {
    return this.#byId.size + this.#byName.size;
  }

  /** The ids and names that a mistyped one may have meant, as a hint; none after many. */
  suggest(text: string): { hint?: string } {
    this.#suggestions += 1;
    return this.#suggestions > MOST_SUGGESTIONS ? {} : didYouMean(text, [...this.#byName.keys(), ...this.#byId.keys()]);
  }
}

/** The one VM that a text names, or why it names none. `subject` is what holds the text: `after`, or the name of a group. */
export function oneVm<T extends { id: string | undefined; name: string | undefined }>(
  text: string,
  names: VmNames<T>,
  { subject, whole }: { subject: string; whole: Whole },
): { vm: T } | { fault: Fault } {
  const [vm, ...others] = names.find(text);
  if (vm === undefined) {
    const message = `${subject} names ${quote(text)}, which is no VM of this ${whole}`;
    const expected = `the id or name of a VM of this ${whole}`;
    return { fault: { message, expected, ...names.suggest(text) } };
  }
  if (others.length === 0) return { vm };
  const message = `${subject} names ${quote(text)}, and ${others.length + 1} VMs have that name`;
  return { fault: { message, expected: 'the id of one' } };
}
