/** A replication as workflows are told of it: pure. */
import type { MemberReplication, ReplicaInstance, ReplicationSummary } from '../contract/replication.js';
import { recoveryState, unknownState, type VmReplication } from '../vcda/index.js';
import { MARK_LENGTH, readMark } from './mark.js';
import type { UnitReplication } from './vapp-replication.js';

export function summaryOf(r: UnitReplication): ReplicationSummary {
  const recovery = r.destinationState?.recoveryInfo;
  return {
    id: r.id,
    recoveryState: recoveryState(r),
    dataConnectionState: r.dataConnectionState ?? 'UNKNOWN',
    unknownState: unknownState(r),
    overallHealth: r.overallHealth ?? 'UNKNOWN',
    isPaused: r.isPaused === true,
    isMigration: r.isMigration === true,
    vmId: r.vmId ?? null,
    vmName: r.vmName ?? null,
    sourceSite: r.source?.site ?? null,
    destinationSite: r.destination?.site ?? null,
    destinationVdc:
      r.destination?.vdcId == null ? null : { id: r.destination.vdcId, name: r.destination.vdcName ?? null },
    destinationOrg: r.destination?.org ?? null,
    isReversed: r.isReversed === true,
    latestInstance: latestOf(r),
    recoveredVappId: r.destination?.recoveredVappId ?? recovery?.vAppId ?? null,
    recoveredVmId: recovery?.vcdVmId ?? null,
    progress: r.sourceState?.progress?.progress ?? null,
    mark: readMark(r.settings?.description) === null ? null : (r.settings?.description?.slice(0, MARK_LENGTH) ?? null),
    markedRun: readMark(r.settings?.description)?.runName ?? null,
    isMovingReplica: r.destinationState?.isMovingReplica === true,
    lastError: lastErrorOf(r),
    ...(r.members === undefined ? {} : { members: r.members.map(memberOf) }),
  };
}

const memberOf = (r: VmReplication): MemberReplication => ({
  id: r.id,
  vmId: r.vmId ?? null,
  vmName: r.vmName ?? null,
  recoveredVmId: r.destinationState?.recoveryInfo?.vcdVmId ?? null,
});

function lastErrorOf({ destinationState }: VmReplication): ReplicationSummary['lastError'] {
  const last = destinationState?.lastError;
  return last?.code == null ? null : { code: last.code, message: last.msg ?? '' };
}

export function latestOf(r: VmReplication): ReplicaInstance | null {
  const latest = r.destinationState?.latestInstance;
  if (!latest?.key) return null;
  const { key, timestamp = null, transferBytes } = latest;
  return { key, timestamp, ...(transferBytes == null ? {} : { bytes: transferBytes }) };
}
