/** What decides whether a copy may be cut over, as a text: two looks that tell the same are alike. */
import type { ReplicationSummary } from './operation.js';

/** Connection states that keep a copy from being cut over; between the others it goes to and fro by itself. */
const UNFIT = new Set(['PAUSED', 'ERROR', 'INITIAL_SYNCING']);

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
    // Another's test copy may stand there by now.
    ...(recoveryState === 'TEST' ? [`of ${recoveredVmId}`] : []),
    ...(UNFIT.has(connection) ? [connection] : []),
    ...(isPaused ? ['paused'] : []),
    ...(isMovingReplica ? ['moving'] : []),
    ...(unknownState == null ? [] : [`unknown ${unknownState}`]),
  ];
  return parts.join(' ');
}
