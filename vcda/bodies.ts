/** Bodies that Drover sends, named as VCDA names them. */

/** Body of `POST /vm-replications`, every field of the seed [seed start-vm-replication]. */
export interface StartSettings {
  source: { type: 'vm'; site: string; vmId: string; excludedDiskKeys: number[] | null };
  destination: {
    type: 'vcloud';
    site: string;
    /** uuid of the organization VDC */
    vdc: string;
    /** uuid, or `*` for any */
    storageProfile: string;
    placementPolicy?: string | undefined;
    sizingPolicy?: string | undefined;
    /** this VM's disks become the replica, and VCDA removes the VM [doc OPI] */
    seedVmId?: string | undefined;
  };
  description?: string | undefined;
  /** minutes */
  rpo?: number | undefined;
  /** instead of rpo, dataConnectionType and retentionPolicy */
  slaProfileId?: string | undefined;
  dataConnectionType?: string | undefined;
  quiesced?: boolean | undefined;
  /** distance in minutes */
  retentionPolicy?: { rules: { numberOfInstances: number; distance: number }[] } | undefined;
  targetDiskType?: string | undefined;
  /** epoch ms; 0, negative or past: now */
  initialSyncTime?: number | undefined;
  isMigration: boolean;
}

/** Body of migrate, failover and failover-test, what they have in common [doc OPI AbstractFailoverSettings, B46]. */
export interface RecoverySettings {
  type: 'vcloud';
  powerOn: boolean;
  /** longer recovery, better run time [doc UG41]; not for a test */
  consolidate?: boolean | undefined;
  placementPolicy?: string | undefined;
  sizingPolicy?: string | undefined;
  /** a replica's key; absent: the latest; not for migrate */
  instanceId?: string | undefined;
  /** failover-test only: sync first */
  sync?: boolean | undefined;
}
