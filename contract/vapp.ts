/** A vApp as a unit of a run, and the VMs that are its identity: see plan/vapp.ts. Pure. */
import { bareId, isVappUnit } from '../plan/types.js';
import type { VmRef } from './operation.js';

/** Ids of replications are told by their beginning [doc OPI]: of one VM, or of a vApp. */
export const isReplicationId = (id: string): boolean => id.startsWith('C4-') || isVappReplication(id);

export const isVappReplication = (replicationId: string): boolean => replicationId.startsWith('C4VAPP-');

/** `VM 441a…`, `vApp 512b…` */
export const unitInWords = (unit: string): string => `${isVappUnit(unit) ? 'vApp' : 'VM'} ${bareId(unit)}`;

/** What limits, `stopAfter` and shards count: a vApp is as many as it has VMs. */
export const vmsIn = ({ vms }: { vms?: readonly unknown[] | undefined }): number => Math.max(1, vms?.length ?? 1);

/** Of several units. */
export function allVmsIn(units: Iterable<Parameters<typeof vmsIn>[0]>): number {
  let sum = 0;
  for (const unit of units) sum += vmsIn(unit);
  return sum;
}

/** VMs that were not those of a vApp, by the ids of the VMs. */
export interface VappDifference {
  /** of the plan, and not in the vApp any more */
  missing: VmRef[];
  /** in the vApp, and not of the plan */
  added: VmRef[];
}

/** null: it has the very VMs that the plan was started with. */
export function vappDifference(planned: readonly VmRef[], now: readonly VmRef[]): VappDifference | null {
  const [before, after] = [new Set(planned.map(({ id }) => id)), new Set(now.map(({ id }) => id))];
  const missing = planned.filter(({ id }) => !after.has(id));
  const added = now.filter(({ id }) => !before.has(id));
  return missing.length + added.length === 0 ? null : { missing, added };
}

/** VMs that are named; the rest is a number. */
const NAMED = 5;

/** `db3 (…) was added, and db1 (…) has gone` */
export function differenceInWords({ missing, added }: VappDifference): string {
  const parts = [
    ...(added.length === 0 ? [] : [`${names(added)} ${added.length === 1 ? 'was' : 'were'} added`]),
    ...(missing.length === 0 ? [] : [`${names(missing)} ${missing.length === 1 ? 'has' : 'have'} gone`]),
  ];
  return parts.join(', and ');
}

function names(vms: readonly VmRef[]): string {
  const named = vms.slice(0, NAMED).map(({ id, name }) => (id === name ? id : `${name} (${id})`));
  const more = vms.length > NAMED ? ` and ${vms.length - NAMED} more` : '';
  return named.join(', ') + more;
}
