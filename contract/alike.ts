/** VMs of a plan that one of them, or its copy, may be taken for: asked of the shards that have them. Pure. */
import type { VmReport } from './report.js';
import { plainName } from './vm-identity.js';

/** Each alone tells a VM. */
export interface AlikeInput {
  ids: string[];
  /** as plainName writes them */
  names: string[];
  /** ids of VMs that it may have been recovered as */
  copies: string[];
}

export interface AlikeVm {
  id: string;
  name: string;
  recoveredAs: string[];
}

/** In their order. */
export function alikeOf<Unit extends Pick<VmReport, 'id' | 'name' | 'recoveredAs' | 'vms'>>(
  units: Unit[],
  asked: AlikeInput,
): AlikeVm[] {
  const [ids, names, copies] = [new Set(asked.ids), new Set(asked.names), new Set(asked.copies)];
  return units.flatMap(withMembers).flatMap(({ id, name, recoveredAs = [] }) => {
    const isIt = ids.has(id) || names.has(plainName(name)) || recoveredAs.some((copy) => copies.has(copy));
    return isIt ? [{ id, name, recoveredAs }] : [];
  });
}

/** A plan that names a vApp names its VMs. */
const withMembers = (unit: Pick<VmReport, 'id' | 'name' | 'recoveredAs' | 'vms'>): Named[] => [
  unit,
  ...(unit.vms ?? []).map(({ id, name, recoveredAs }) => ({
    id,
    name,
    ...(recoveredAs === undefined ? {} : { recoveredAs: [recoveredAs] }),
  })),
];

type Named = Pick<VmReport, 'id' | 'name' | 'recoveredAs'>;
