import { valueAt } from './source/check.js';
import type { Place } from './source/problem.js';
import type { Path, Source } from './source/yaml-document.js';
import type { PlanVm } from './types.js';
import { vappUnit } from './vapp.js';
import { vapp as vappSchema } from './vapp-schema.js';
import { vm as vmSchema } from './vm-schema.js';

/** A VM as a plan or a CSV names it, on its way to a {@link PlanVm}: what it refers to is not resolved yet. */
export interface VmEntry {
  /** as written, also when something about the VM is wrong, so that one mistake does not make others appear */
  id: string | undefined;
  name: string | undefined;
  /** undefined when something about it is wrong; its `after` is filled in by dependencies.ts */
  vm: PlanVm | undefined;
  after: Reference[];
  at: (field: string) => Place;
}

/** What stands in `after`: an id or name in a list; a text may hold several. */
export interface Reference {
  text: string;
  several: boolean;
  at: () => Place;
}

/** The VMs of a list, whose mistakes the schema has reported already. */
export function entriesOfList(source: Source, path: Path): VmEntry[] {
  const list = valueAt(source.value, path);
  if (!Array.isArray(list)) return [];
  return list.map((value, index) => entryAt(source, [...path, index], vmSchema.safeParse(value).data));
}

/** The vApps of a list, as {@link entriesOfList} the VMs. */
export function entriesOfVapps(source: Source, path: Path): VmEntry[] {
  const list = valueAt(source.value, path);
  if (!Array.isArray(list)) return [];
  return list.map((value, index) => entryAt(source, [...path, index], vappSchema.safeParse(value).data, vappUnit));
}

/** One entry from the data at a path, whether or not the data made a valid VM. */
export function entryAt(source: Source, path: Path, vm: PlanVm | undefined, unit = (id: string) => id): VmEntry {
  function written(field: string) {
    const value = valueAt(source.value, [...path, field]);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }
  const after = valueAt(source.value, [...path, 'after']);
  const references = typeof after === 'string' ? [after] : Array.isArray(after) ? after : [];
  return {
    id: vm?.id ?? unitOf(written('id'), unit),
    name: written('name'),
    vm,
    after: references.flatMap((text, index) =>
      typeof text === 'string' && text.trim() !== ''
        ? [{ text, several: typeof after === 'string', at: () => source.at([...path, 'after', index]) }]
        : [],
    ),
    at: (field) => source.at([...path, field]),
  };
}

const unitOf = (id: string | undefined, unit: (id: string) => string): string | undefined =>
  id === undefined ? undefined : unit(id.toLowerCase());
