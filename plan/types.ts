/**
 * Plans, drills and configuration as plain data, after loading and validation: what their schemas make of the files, where each key
 * is described. Workflows receive a {@link Plan}; workers and the client receive a {@link Config}. Durations are milliseconds,
 * moments are ISO 8601 strings in UTC.
 */
import type { z } from 'zod';
import type * as config from './config/config-schema.js';
import type * as drill from './drill/drill-schema.js';
import type * as networks from './network-schema.js';
import type * as plan from './plan-schema.js';
import type { Secret } from './secret.js';
import type * as vm from './vm-schema.js';

export type RunKind = z.output<typeof plan.kind>;

/** Settings of a replication, named as the body of `POST /vm-replications` names them; `rpo` and `distance` in minutes. */
export type ReplicationSettings = z.output<typeof plan.replication>;

/** A VM of a plan; `after` holds ids of VMs of the same plan. */
export type PlanVm = z.output<typeof vm.vm>;

export type VmNetworkSettings = z.output<typeof networks.vmNetworkSettings>;
export type VappNetworkSettings = z.output<typeof networks.vAppNetworkSettings>;

/** What is recovered, and into which networks. */
export type RecoveryChoice = z.output<typeof plan.recovery>;

/** Whether what was cut over is powered on. */
export type PowerOn = z.output<typeof plan.planKeys>['cutover']['powerOn'];

export interface Wave {
  name: string;
  vms: PlanVm[];
}

type WrittenPlan = z.output<typeof plan.planKeys>;

export interface Plan extends Omit<WrittenPlan, 'recovery' | 'waves' | 'vms'> {
  /** kinds failover and failback */
  recovery: RecoveryChoice;
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
  /** good answers in a row after which it has passed; absent, as in drills that were scheduled before: 1 */
  consecutive?: number;
} & CheckTarget;

export type CheckTarget =
  | { type: 'tcp'; host: string; port: number }
  | { type: 'http'; url: string; status: number /** part of the body */; body: string | null; verifyTls: boolean }
  /** name of a command in the workers' config, which alone says what is run */
  | { type: 'command'; command: string; args: string[] };

type WrittenDrill = z.output<typeof drill.drillKeys>;

export type DrillSchedule = NonNullable<WrittenDrill['schedule']>;

/** A rehearsal. */
export interface Drill extends Omit<WrittenDrill, 'scope' | 'groups' | 'recovery' | 'checks'> {
  /** in recovery order: a group begins when all VMs of the one before have passed their checks, or failed */
  groups: Wave[];
  recovery: Omit<WrittenDrill['recovery'], 'sync'> & {
    /** send what has changed first; not with an older instance */
    sync: boolean;
  };
  checks: Check[];
}

/** How a worker logs in to a site; each type is one of VCDA's `POST /sessions` bodies [doc B45 sessions/post]. */
export type Login =
  | { type: 'vcdCredentials'; user: string; password: Secret }
  | { type: 'localUser'; user: string; password: Secret }
  | { type: 'vcdAccessToken'; org: string; token: Secret };

export interface SiteConfig extends Omit<z.output<typeof config.site>, 'login' | 'onPremAuth' | 'tls'> {
  name: string;
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
}

export type CheckCommand = z.output<typeof config.checkCommand>;

/** Where what outlives Temporal's retention is kept. */
export type StoreSettings =
  | {
      kind: 'sqlite';
      /** absolute path, or `:memory:` in tests */
      file: string;
    }
  | {
      kind: 'postgres';
      /** without a password */
      url: string;
      password?: Secret;
    };

export interface Config extends Omit<z.output<typeof config.config>, 'sites' | 'store'> {
  /** path of the file it came from; null: defaults only */
  file: string | null;
  sites: Record<string, SiteConfig>;
  store: StoreSettings;
}
