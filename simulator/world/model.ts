import type { Transfer } from '../engine/link.js';
import type { ErrorBody } from '../errors.js';
import type { QuiescedType } from '../identity.js';

export type PowerState = 'POWERED_ON' | 'POWERED_OFF' | 'SUSPENDED';
export type DataConnectionType = 'PLAIN' | 'ENCRYPTED' | 'ENCRYPTED_COMPRESSED';

/** The unit in which a site shows moments; `far-future` is one that no calendar holds. */
export type TimeUnit = 'ms' | 's' | 'ns' | 'far-future';

export interface SiteClock {
  /** ms that the site's clock is ahead of the wall's; negative when it is behind */
  offsetMs: number;
  unit: TimeUnit;
}

/** Where a replication is not to be found, though it exists: an administrator has taken it over. */
export interface Vanished {
  from: 'lists' | 'id' | 'both';
  /** simulated ms */
  until: number;
}

export interface Named {
  id: string;
  name: string;
}

export interface StorageProfile extends Named {
  capacityBytes: number;
  usedBytes: number;
}

export interface Vdc extends Named {
  site: string;
  org: string;
  storageProfiles: StorageProfile[];
  networks: Named[];
}

export interface Vapp extends Named {
  site: string;
  org: string;
  vdcId: string;
  vmIds: Set<string>;
}

export interface Vm extends Named {
  site: string;
  org: string;
  vdcId: string;
  vappId: string;
  powerState: PowerState;
  disks: { key: number; bytes: number }[];
  usedBytes: number;
  changeRate: number;
  tools: QuiescedType;
  /** simulated ms since when it is off; null while it is on */
  offSince: number | null;
  /** simulated ms since when its power state is what it is */
  powerSince: number;
  /** as the guest calls itself; absent: as the VM is called */
  computerName?: string;
  storageProfileId: string;
  /** the VM it was recovered from; null for one that was there from the beginning */
  origin: string | null;
  testCopy: boolean;
  /** the replication that replicates it; a VM has one destination only [doc UG46 GUID-1A28D7BE] */
  replicationId: string | null;
}

export interface Instance {
  key: string;
  sequenceNumber: number;
  /** simulated ms of the moment it captures */
  at: number;
  transferBytes: number;
  transferSeconds: number;
  quiescedType: QuiescedType;
  isPinned: boolean;
  disks: number[];
  /** ms by which its stamp is wrong: the site's clock was set back since */
  ahead?: number;
}

export interface ReplicationSettings {
  description: string;
  /** minutes */
  rpo: number;
  dataConnectionType: DataConnectionType;
  quiesced: boolean;
  retentionPolicy: { rules: { numberOfInstances: number; distance: number }[] };
  /** epoch ms as the caller gave it */
  initialSyncTime: number;
  excludedDiskKeys: number[];
  targetDiskType: 'THIN' | 'PREALLOCATED' | 'PREALLOCATED_ZEROS';
}

export type RecoveryState = 'NOT_STARTED' | 'IN_PROGRESS' | 'TEST' | 'COMPLETE';
export type SyncKind = 'initial' | 'compare' | 'delta';

export interface Sync {
  kind: SyncKind;
  transfer: Transfer;
  startedAt: number;
  quiescedType: QuiescedType;
  /** bytes whose checksums are compared before what differs is sent; 0 for other syncs */
  checksumBytes: number;
}

export interface Replication {
  id: string;
  vappReplicationId: string;
  /** site where it lives: its destination, unless a reverse left it where it was */
  home: string;
  owner: { org: string; site: string };
  sourceSite: string;
  vmId: string;
  vmName: string;
  destinationSite: string;
  destinationVdcId: string;
  storageProfileId: string;
  placementPolicy: string | null;
  slaProfileId: string | null;
  isMigration: boolean;
  isPaused: boolean;
  isReversed: boolean;
  settings: ReplicationSettings;
  isMovingReplica: boolean;
  /** no byte goes over the link, and nothing says why */
  isStalled: boolean;
  /** planted: what it shows as its VM from its next reverse on; absent: the recovered one, as it is */
  vmIdOnceReversed?: string;
  /** an error of its data path that no sync clears */
  plantedError: ErrorBody | null;
  vanished: Vanished | null;
  /** the source VM as last replicated; what a failover recovers when the source is gone */
  lastSeen: Vm;
  /** its start has succeeded */
  configured: boolean;
  busyWith: string | null;
  recovery: { state: RecoveryState; vappId: string | null; vmId: string | null };
  sync: Sync | null;
  /** a full compare is due before deltas can be sent (seed disks, reverse) */
  compareDue: boolean;
  instances: Instance[];
  latest: Instance | null;
  sequence: number;
  lastError: ErrorBody | null;
  lastUpdated: number;
  /** bytes taken from its storage profile */
  reservedBytes: number;
  /** outdates the events that were planned for it */
  epoch: number;
  waiting: ((error?: Error) => void)[];
  networkSettings: { failoverSettings: unknown; failoverTestSettings: unknown };
  /** moments and bytes by turns, for these are many: 10,000 replications hold a day's worth each */
  traffic: number[];
}

export interface VappReplication {
  id: string;
  /** under which the next VM of the same vApp finds it */
  sourceKey: string;
  home: string;
  owner: { org: string; site: string };
  vappId: string;
  vappName: string;
  description: string;
  sourceSite: string;
  destinationSite: string;
  destinationVdcId: string;
  isMigration: boolean;
  recoveredVappId: string | null;
  replicationIds: Set<string>;
  networkSettings: unknown;
  busyWith: string | null;
}

export interface Policy {
  id: string;
  displayName: string;
  allowIncomingMigrations: boolean;
  allowOutgoingMigrations: boolean;
  allowOutgoingOnpremMigrations: boolean;
  allowIncomingProtections: boolean;
  allowOutgoingProtections: boolean;
  allowOutgoingOnpremProtections: boolean;
  allowCustomSlaSettings: boolean;
  allowAdvancedRetentionRules: boolean;
  allowNotificationConfiguration: boolean;
  maxIncoming: number;
  maxInstances: number;
  maxPinnedInstances: number;
  minRpo: number;
  orgs: string[];
}

export interface SlaProfile {
  id: string;
  displayName: string;
  description: string;
  rpo: number;
  dataConnectionType: DataConnectionType;
  quiesced: boolean;
  retentionPolicy: { rules: { numberOfInstances: number; distance: number }[] };
  initialSyncTime: number;
  orgs: string[];
}

/** Recovery plans are read only here; tests put them in [doc B46]. */
export interface RecoveryPlan {
  id: string;
  displayName: string;
  description: string;
  state: 'NOT_STARTED' | 'RUNNING' | 'SUSPENDED' | 'COMPLETE';
  steps: { id: string; name: string; delay: number; prompt: string | null; replications: string[] }[];
}

export interface Site {
  name: string;
  /** the newest API version it speaks, `4.7` */
  apiVersion: string;
  up: boolean;
  licensed: boolean;
  clock: SiteClock;
  url: string;
  vdcs: Map<string, Vdc>;
  vms: Map<string, Vm>;
  vapps: Map<string, Vapp>;
  replications: Map<string, Replication>;
  vappReplications: Map<string, VappReplication>;
  vappsBySource: Map<string, VappReplication>;
  recoveryPlans: Map<string, RecoveryPlan>;
  policies: Map<string, Policy>;
  slaProfiles: Map<string, SlaProfile>;
  computePolicies: Named[];
}
