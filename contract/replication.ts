/** A replication as workflows know it: plain JSON. */

/** The state of a replication that workflows decide on. */
export interface ReplicationSummary {
  id: string;
  recoveryState: string;
  dataConnectionState: string;
  /** one of the two that Drover does not know; null: it knows both. Absent in what was recorded before */
  unknownState?: string | null;
  overallHealth: string;
  isPaused: boolean;
  isMigration: boolean;
  /** of the source VM as it is now: after a reverse, the one that was recovered */
  vmId: string | null;
  vmName: string | null;
  sourceSite: string | null;
  destinationSite: string | null;
  /** where it would put the VM; null: not told. Absent in what was recorded before */
  destinationVdc?: { id: string; name: string | null } | null;
  /** as `destinationVdc`: whose that is */
  destinationOrg?: string | null;
  isReversed: boolean;
  /** newest point in time that it can recover; null: none yet */
  latestInstance: ReplicaInstance | null;
  recoveredVappId: string | null;
  recoveredVmId: string | null;
  /** percent of the current transfer; null when the site does not say */
  progress: number | null;
  /** the 32 characters by which Drover marks what is its own; null: it has none, which proves nothing */
  mark: string | null;
  /** the run that the words after its mark name, which a person may have edited; null: none. Absent in what was recorded before */
  markedRun?: string | null;
  /** the site moves its disks to another storage */
  isMovingReplica: boolean;
  /** null: none, as far as the site says */
  lastError: { code: string; message: string } | null;
  /** ids of others of its VM, where they were asked for; absent: none was seen */
  beside?: string[];
  /** of a vApp: its VMs; absent: it is of one VM */
  members?: MemberReplication[];
}

/** Of one VM of a vApp. */
export interface MemberReplication {
  id: string;
  vmId: string | null;
  vmName: string | null;
  recoveredVmId: string | null;
}

export interface ReplicaInstance {
  /** what recoveries take as `instanceId` */
  key: string;
  /** moment that it holds; null: the site does not say */
  timestamp: number | null;
  /** what was sent for it; absent: the site does not say */
  bytes?: number;
}
