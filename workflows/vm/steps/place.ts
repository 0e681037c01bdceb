/** Where a replication would put its VM, held against the plan: pure. */
import type { ReplicationSummary } from '../../../contract/replication.js';

interface Placed {
  vm: { vdc?: string };
  destination: { site: string; vdc?: string };
}

/** Of a plan that says where its VMs are put; null: it says nothing. */
export function vdcOf({ vm, destination }: Placed): string | null {
  return vm.vdc ?? destination.vdc ?? null;
}

/** Both values, in words; null: it is no other. What a site does not tell is no other, and a plan may leave it open. */
export function otherVdc({ destinationVdc: has }: ReplicationSummary, wants: string | null = null): string | null {
  const other = otherThan(has, wants);
  return other === null ? null : `would put it in VDC ${other}`;
}

/** As {@link otherVdc}, of the organization. @param wants that of the plan's VDC, or that it was begun for */
export function otherOrg({ destinationOrg: has }: ReplicationSummary, wants: string | null = null): string | null {
  if (has == null || wants === null || has.toLowerCase() === wants.toLowerCase()) return null;
  return `would put it in organization ${has} instead of ${wants}`;
}

/** As {@link otherVdc}, of what was recovered. */
export function standsElsewhere(has: Vdc | undefined, wants: string | null): string | null {
  const other = otherThan(has, wants);
  return other === null ? null : `stands in VDC ${other}`;
}

type Vdc = NonNullable<ReplicationSummary['destinationVdc']>;

function otherThan(has: Vdc | null | undefined, wants: string | null): string | null {
  if (has == null || wants === null || wants === '' || wants === '*') return null;
  if ([has.id, has.name].some((known) => known?.toLowerCase() === wants.toLowerCase())) return null;
  const shown = has.name === null ? has.id : `${has.id} (${has.name})`;
  return `${shown}, and the plan says ${wants}`;
}

/**
 * What a person is told of a replication that a recovery uses whoever made it: that it goes elsewhere; null: it does not. What
 * the plan names is at its own destination, so that it says nothing of the way back.
 */
export function goesElsewhere(replication: ReplicationSummary, site: string, plan: Placed): string | null {
  if ((replication.destinationSite ?? site) !== plan.destination.site) return null;
  const why = otherVdc(replication, vdcOf(plan));
  return why === null ? null : `Its replication ${replication.id} at ${site} ${why}.`;
}
