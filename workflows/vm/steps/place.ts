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

/**
 * As {@link otherVdc}, of one that was not to go there when it was looked at; what was brought to where the plan wants it is
 * none. @param before id
 */
export function otherThanSeen(
  { destinationVdc: has }: ReplicationSummary,
  before: string | null,
  wants: string | null = null,
): string | null {
  if (has == null || before === null || has.id.toLowerCase() === before.toLowerCase()) return null;
  const other = otherThan(has, wants);
  if (!isOpen(wants) && other === null) return null;
  return `would put it in VDC ${other ?? shown(has)}, and in ${before} when it was looked at`;
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

/** Whether a plan leaves it open. */
const isOpen = (wants: string | null): boolean => wants === null || wants === '' || wants === '*';

function otherThan(has: Vdc | null | undefined, wants: string | null): string | null {
  if (has == null || wants === null || isOpen(wants)) return null;
  if ([has.id, has.name].some((known) => known?.toLowerCase() === wants.toLowerCase())) return null;
  return `${shown(has)}, and the plan says ${wants}`;
}

const shown = ({ id, name }: Vdc): string => (name === null ? id : `${id} (${name})`);

/**
 * What a person is told of a replication that a recovery uses whoever made it: that it goes elsewhere; null: it does not. What
 * the plan names is at its own destination, so that it says nothing of the way back.
 */
export function goesElsewhere(replication: ReplicationSummary, site: string, plan: Placed): string | null {
  const why = otherVdc(replication, wantedOf(replication, site, plan));
  return why === null ? null : `Its replication ${replication.id} at ${site} ${why}.`;
}

/** null: the plan says nothing of where it goes. */
export const wantedOf = (replication: ReplicationSummary, site: string, plan: Placed): string | null =>
  (replication.destinationSite ?? site) === plan.destination.site ? vdcOf(plan) : null;
