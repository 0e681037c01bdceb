/** Bodies of failover, migrate and failover-test, for VMs and vApps [doc B45, S45 *FailoverSettings, OPI VmFailoverSettings, B46]. */

import type { VappNetworkSettings, VmNetworkSettings } from '../../plan/types.js';

export type { VappNetworkSettings, VmNetworkSettings };

/** What all recoveries have in common [doc OPI AbstractFailoverSettings]. */
export interface CommonRecoverySettings {
  /** `vcenter`: back to an on-premises site */
  type: 'vcloud' | 'vcenter';
  /** default true */
  powerOn?: boolean | undefined;
  /** ids, 4.5 and later */
  placementPolicy?: string | undefined;
  sizingPolicy?: string | undefined;
  /** 4.7 */
  copySecurityTags?: boolean | undefined;
  /** absent: as configured beforehand */
  vAppNetworkSettings?: VappNetworkSettings | undefined;
  /** `vcenter` only: `DO_NOTHING`, `EXPOSE_PITS` [doc B46 VcFailoverSettings] */
  snapshotOptions?: string | undefined;
}

interface OfVm {
  vmNetworkSettings?: VmNetworkSettings | undefined;
}

interface OfVapp {
  /** by id of the source VM */
  vmNetworkSettings?: Record<string, VmNetworkSettings> | undefined;
  /** `vcenter` only, by id of the source VM */
  customVirtualHardwareMap?: Record<string, unknown> | undefined;
}

interface Consolidating {
  /** default false; longer recovery, better run time [doc UG41] */
  consolidate?: boolean | undefined;
}

interface OfOneInstance {
  /** key of an instance; absent: the latest */
  instanceId?: string | undefined;
}

interface OfInstances {
  /** key of an instance by id of the VM replication; absent: the latest */
  instanceMap?: Record<string, string> | undefined;
}

interface Syncing {
  /** sync first; not together with an instance */
  sync?: boolean | undefined;
}

export type FailoverSettings = CommonRecoverySettings & OfVm & Consolidating & OfOneInstance;
export type MigrateSettings = CommonRecoverySettings & OfVm & Consolidating & { connectVmNics?: boolean | undefined };
export type FailoverTestSettings = CommonRecoverySettings & OfVm & OfOneInstance & Syncing;

export type VappFailoverSettings = CommonRecoverySettings & OfVapp & Consolidating & OfInstances;
export type VappMigrateSettings = CommonRecoverySettings & OfVapp & Consolidating;
export type VappFailoverTestSettings = CommonRecoverySettings & OfVapp & OfInstances & Syncing;

/** Any recovery of one VM: what a plan can say, before it is known which. */
export type RecoverySettings = FailoverSettings & Syncing;

/** Networks that recoveries use when their own body names none; as read and as written [doc B45 network-settings]. */
export interface NetworkSettings {
  failoverSettings?: ReplicaNetworks | null | undefined;
  failoverTestSettings?: ReplicaNetworks | null | undefined;
}

export interface ReplicaNetworks {
  vAppNetworkSettings?: VappNetworkSettings | null | undefined;
  vmNetworkSettings?: VmNetworkSettings | null | undefined;
}
