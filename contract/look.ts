/** What decides whether a copy may be cut over, as a text: two looks that tell the same are alike. */
import type { MemberReplication, ReplicationSummary } from './replication.js';

/** Looked at so long before it is sent, a copy is looked at once more: ms. */
export const FRESH = 2_000;

/** Connection states that keep a copy from being cut over; between the others it goes to and fro by itself. */
const UNFIT = new Set(['PAUSED', 'ERROR', 'INITIAL_SYNCING']);

/**
 * The state of a copy on which neither side reports (`UNKNOWN`) and whose health is `RED`: each alone may pass, as RED does
 * with a missed RPO [doc UG41 GUID-81EE4DE8]. null: it is not in it
 */
export const silentState = ({
  dataConnectionState,
  overallHealth,
}: Pick<ReplicationSummary, 'dataConnectionState' | 'overallHealth'>): string | null =>
  dataConnectionState === 'UNKNOWN' && overallHealth === 'RED' ? 'UNKNOWN, health RED' : null;

const membersIn = (members: MemberReplication[]): string =>
  members
    .map(({ id, vmId }) => vmId ?? id)
    .sort()
    .join(', ');

export function decisiveOf(replication: ReplicationSummary | null): string {
  if (replication === null) return 'gone';
  const {
    recoveryState,
    dataConnectionState: connection,
    isPaused,
    isMovingReplica,
    unknownState,
    recoveredVmId,
    vmId,
  } = replication;
  const parts = [
    recoveryState,
    ...(vmId === null ? [] : [`VM ${vmId}`]),
    ...(replication.destinationVdc == null ? [] : [`to ${replication.destinationVdc.id}`]),
    ...(replication.destinationOrg == null ? [] : [`in ${replication.destinationOrg}`]),
    // Of a vApp: which VMs it is of.
    ...(replication.members === undefined ? [] : [`of ${membersIn(replication.members)}`]),
    // Another's test copy may stand there by now.
    ...(recoveryState === 'TEST' ? [`of ${recoveredVmId}`] : []),
    ...(UNFIT.has(connection) ? [connection] : []),
    ...(isPaused ? ['paused'] : []),
    ...(isMovingReplica ? ['moving'] : []),
    ...(silentState(replication) === null ? [] : ['silent']),
    ...(unknownState == null ? [] : [`unknown ${unknownState}`]),
  ];
  return parts.join(' ');
}
