/**
 * Plans and configuration as plain data, after loading and validation. Workflows receive a {@link Plan}; workers and
 * the client receive a {@link Config}. Durations are milliseconds, moments are ISO 8601 strings in UTC.
 */
import type { Secret } from './secret.js';

export type RunKind = 'migrate' | 'protect' | 'failover' | 'reverse' | 'failback';

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
  /** names its replication outright, where VM id and name do not tell which it is (after a reverse, say) */
  replicationId?: string;
  /** of the recovered VM; absent: as configured at its replication */
  vmNetworkSettings?: VmNetworkSettings;
  /** where checks of a drill find the recovered VM; absent: the address in its network settings */
  address?: string;
}

/** As the recovery bodies have it [doc B45 failover]. */
export interface VmNetworkSettings {
  primaryNicIndex?: number;
  nics?: {
    nicIndex: number;
    isConnected?: boolean;
    resetMacAddress?: boolean;
    network?: string;
    ipAddress?: string;
    ipAddressAllocationMode?: string;
  }[];
  copySourceNicSettings?: boolean;
  computerName?: string;
  enableGuestCustomization?: boolean;
}

/** As the recovery bodies have it [doc OPI AbstractFailoverSettings]; ids are those of org VDC networks. */
export interface VappNetworkSettings {
  networkMappings?: {
    sourceNetworkName?: string;
    sourceOrgVdcNetwork?: { id: string; name?: string };
    destinationOrgVdcNetwork?: { id: string; name?: string };
  }[];
  copySourceNetworks?: boolean;
  bridgeOrgVdcNetworks?: { id: string; name?: string }[];
}

/** What is recovered, and into which networks. */
export interface RecoveryChoice {
  /** the latest instance, or the newest that is not younger than a moment */
  instance: 'latest' | { before: string };
  /** absent: as configured at the replication */
  vAppNetworkSettings?: VappNetworkSettings;
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
  /** kinds failover and failback */
  recovery: RecoveryChoice;
  /** failures after which the run pauses itself */
  stopAfter: { count: number } | { percent: number } | null;
  keepReplication: boolean;
  /** VMs that an earlier run has migrated are migrated once more; otherwise they are skipped */
  remigrate: boolean;
  confirm: 'removes-source' | null;
  waves: Wave[];
}

/** One proof that a recovered VM works; `{ip}`, `{name}` and `{id}` stand for the VM's own in hosts, URLs and arguments. */
export type Check = {
  /** in reports, such as `tcp 443` */
  name: string;
  /** ids of the VMs that it is made for; null: all of the drill */
  vms: string[] | null;
  /** ms after the recovery within which it must pass */
  within: number;
  /** ms between two attempts */
  interval: number;
  /** ms that one attempt may take */
  timeout: number;
} & CheckTarget;

export type CheckTarget =
  | { type: 'tcp'; host: string; port: number }
  | { type: 'http'; url: string; status: number /** part of the body */; body: string | null; verifyTls: boolean }
  /** name of a command in the workers' config, which alone says what is run */
  | { type: 'command'; command: string; args: string[] };

/** A rehearsal. `test`: copies beside the running VMs, removed again; `roundtrip`: failover, reverse, failover back, reverse. */
export interface Drill {
  name: string;
  mode: 'test' | 'roundtrip';
  source: { site: string };
  destination: { site: string };
  /** in recovery order: a group begins when all VMs of the one before have passed their checks, or failed */
  groups: Wave[];
  recovery: RecoveryChoice & {
    powerOn: boolean;
    consolidate: boolean;
    /** send what has changed first; not with an older instance */
    sync: boolean;
  };
  checks: Check[];
  /** ms for which everything recovered stays up after the last check */
  hold: number;
  /** ms; null: measured, not judged */
  objectives: { rto: number | null; rpo: number | null };
  /** this drill's share of the sites' limits */
  limits: { syncs?: number; cutovers?: number };
  /** ms for which the drill waits for VMs that another run or drill has, before anything is recovered; then it skips them */
  waitForVms: number;
  /** ms after which the drill recovers nothing more and cleans up */
  timeout: number;
  confirm: 'removes-source' | null;
  schedule: DrillSchedule | null;
}

/** When a drill runs by itself; a Temporal Schedule. Durations in ms. */
export interface DrillSchedule {
  /** cron expressions of five fields */
  cron: string[];
  /** IANA name; cron fields are wall time there */
  timezone: string;
  overlap: 'skip' | 'bufferOne';
  /** how late a missed time is still made up for */
  catchup: number;
  jitter: number;
  pauseOnFailure: boolean;
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
  worker: {
    taskQueue: string;
    /** programs that drills may run as checks, by name: what a drill file cannot say */
    checks: Record<string, CheckCommand>;
  };
}

export interface CheckCommand {
  /** absolute path of the program */
  program: string;
  /** before the arguments of the drill */
  args: string[];
}
