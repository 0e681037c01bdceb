/**
 * Plans and configuration as plain data, after loading and validation. Workflows receive a {@link Plan}; workers and
 * the client receive a {@link Config}. Durations are milliseconds, moments are ISO 8601 strings in UTC.
 */
import type { Secret } from './secret.js';

export type RunKind = 'migrate' | 'protect' | 'failover' | 'reverse';

/** Settings of a replication, named as the body of `POST /vm-replications` names them [seed start-vm-replication]. */
export interface ReplicationSettings {
  description?: string;
  /** minutes */
  rpo?: number;
  slaProfileId?: string;
  dataConnectionType?: 'PLAIN' | 'ENCRYPTED' | 'ENCRYPTED_COMPRESSED';
  quiesced?: boolean;
  retentionPolicy?: { rules: { numberOfInstances: number /** minutes */; distance: number }[] };
  targetDiskType?: 'THIN' | 'PREALLOCATED' | 'PREALLOCATED_ZEROS';
  /** epoch ms; 0 or a past moment: now */
  initialSyncTime?: number;
}

export interface PlanVm {
  /** VCDA's VM id, a uuid between clouds */
  id: string;
  name: string;
  /** ids of VMs of the same plan that must have succeeded before this one starts */
  after: string[];
  /** overrides of the plan's destination */
  vdc?: string;
  storageProfile?: string;
  placementPolicy?: string;
  sizingPolicy?: string;
  /** VM at the destination whose disks are reused; VCDA removes that VM [doc OPI ReplicationDestination_VcloudVmDestination] */
  seedVmId?: string;
  excludedDiskKeys?: number[];
}

export interface Wave {
  name: string;
  vms: PlanVm[];
}

export interface CutoverWindow {
  opens: string;
  closes: string;
  /** what happens to a VM that is not cut over when the window closes */
  missed: 'hold' | 'fail';
}

export interface Plan {
  name: string;
  kind: RunKind;
  source: { site: string };
  destination: { site: string; vdc?: string; storageProfile: string; placementPolicy?: string; sizingPolicy?: string };
  replication: ReplicationSettings;
  /** this run's share of the sites' limits; absent: only the sites' own limits hold */
  limits: { syncs?: number; cutovers?: number };
  cutover: {
    approval: 'none' | 'wave' | 'vm';
    window: CutoverWindow | null;
    powerOn: boolean;
    consolidate: boolean;
  };
  /** failures after which the run pauses itself */
  stopAfter: { count: number } | { percent: number } | null;
  keepReplication: boolean;
  /** VMs that an earlier run has migrated are migrated once more; otherwise they are skipped */
  remigrate: boolean;
  confirm: 'removes-source' | null;
  waves: Wave[];
}

/** How a worker logs in to a site; each type is one of VCDA's `POST /sessions` bodies [doc B45 sessions/post]. */
export type Login =
  | { type: 'vcdCredentials'; user: string; password: Secret }
  | { type: 'localUser'; user: string; password: Secret }
  | { type: 'vcdAccessToken'; org: string; token: Secret };

export interface SiteConfig {
  name: string;
  /** origin of the VCDA endpoint, without a trailing slash */
  url: string;
  /** absent on a machine that only steers runs: credentials live with the workers */
  login?: Login;
  /** goes out as `On-Prem-Auth` when this site is the source [seed start-vm-replication] */
  onPremAuth?: Secret;
  tls: {
    /** PEM text of the certificate authority to trust instead of the system's */
    ca?: string;
    /** `SHA-256:AA:BB:…` of the server certificate, trusted instead of an authority */
    fingerprint?: string;
  };
  limits: { syncs: number; cutovers: number; requestsPerSecond: number };
  polling: {
    /** ms between two polls of the site */
    interval: number;
    /** ms without a notice after which a VM asks the site itself */
    selfCheck: number;
  };
  reconcile: {
    /** ms for which an operation whose answer was lost is looked for before it is sent again */
    settle: number;
  };
  /** ms */
  timeouts: { connect: number; request: number };
}

/** A partial row of the error table; see docs/error-codes.md. */
export interface ErrorRowOverride {
  action?: 'retry' | 'hold' | 'fail';
  /** milliseconds */
  retry?: { initial?: number; max?: number; for?: number };
  task?: 'fail' | 'retry' | 'hold';
}

export interface Config {
  /** path of the file it came from; null: defaults only */
  file: string | null;
  sites: Record<string, SiteConfig>;
  errors: Record<string, ErrorRowOverride>;
  worker: { taskQueue: string };
}
