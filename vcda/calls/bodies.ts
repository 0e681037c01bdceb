/**
 * Bodies that start and change replications, named as VCDA names them. Members that are absent take the site's default, or
 * leave things as they are.
 */

/** `PLAIN`, `ENCRYPTED`, `ENCRYPTED_COMPRESSED` [doc B41/B42] */
export type DataConnectionType = string;

export interface RetentionPolicy {
  /** up to 24 instances in all, by policy [doc UG46 GUID-78065AB7]; distance in minutes */
  rules: { numberOfInstances: number; distance: number }[];
}

/** What a replication is told when it starts and can be told later [doc B42, B44 C4ReplicationReconfigureSettings]. */
interface Settings {
  description?: string | undefined;
  /** minutes: 1 to 1440; fixed at 1440 for migrations [doc UG46 GUID-221A6901] */
  rpo?: number | undefined;
  /** instead of rpo, dataConnectionType and retentionPolicy */
  slaProfileId?: string | null | undefined;
  dataConnectionType?: DataConnectionType | undefined;
  quiesced?: boolean | undefined;
  retentionPolicy?: RetentionPolicy | undefined;
  /** epoch ms; 0, negative or past: now */
  initialSyncTime?: number | undefined;
}

/** Where a replica goes [seed, doc OPI ReplicationDestination_VcloudVmDestination]. */
export interface Destination {
  type: 'vcloud';
  site: string;
  /** uuid of the organization VDC */
  vdc: string;
  /** uuid, or `*` for any */
  storageProfile: string;
  /** ids, 4.5 and later */
  placementPolicy?: string | undefined;
  sizingPolicy?: string | undefined;
  /** this VM's disks become the replica, and VCDA removes the VM [doc OPI] */
  seedVmId?: string | undefined;
}

interface Start extends Settings {
  destination: Destination;
  /** `THIN` (default), `PREALLOCATED`, `PREALLOCATED_ZEROS` [doc B41] */
  targetDiskType?: string | undefined;
  isMigration: boolean;
}

/** Body of `POST /vm-replications`, every field of the seed [seed start-vm-replication]. */
export interface StartSettings extends Start {
  source: { type: 'vm'; site: string; vmId: string; excludedDiskKeys: number[] | null };
}

/** Body of `POST /vapp-replications`: one VM replication for every VM of the vApp [doc B45 vapp-replications/post]. */
export interface StartVappSettings extends Start {
  source: { type: 'vapp'; site: string; vappId: string };
}

/** Body of `PATCH /vm-replications/{id}` and its vApp twin; absent or empty: unchanged [doc B42, B44]. */
export interface ReconfigureSettings extends Settings {
  /** 4.2 and before */
  sourceReconfigure?: Record<string, unknown> | undefined;
  /** 4.4 and later */
  destinationReconfigure?: Record<string, unknown> | undefined;
}
