/**
 * Plans, drills and configuration as plain data, after loading and validation: what their schemas make of the files, where each key
 * is described. Workflows receive a {@link Plan}; workers and the client receive a {@link Config}. Durations are milliseconds,
 * moments are ISO 8601 strings, in UTC but for those of a window, which keep their zone.
 */
import type { z } from 'zod';
import type * as config from './config/config-schema.js';
import type * as drill from './drill/drill-schema.js';
import type * as hook from './hook-schema.js';
import type * as networks from './network-schema.js';
import type * as plan from './plan-schema.js';
import type { Secret } from './secret.js';
import type * as vm from './vm-schema.js';

export type RunKind = z.output<typeof plan.kind>;

/** Settings of a replication, named as the body of `POST /vm-replications` names them; `rpo` and `distance` in minutes. */
export type ReplicationSettings = z.output<typeof plan.replication>;

/** A VM of a plan, or a vApp; `after` holds ids of units of the same plan. */
export type PlanVm = z.output<typeof vm.vm> & {
  /** of a failover: what is recovered of it; absent: what the plan says for all */
  instance?: RecoveryChoice['instance'];
  /** of a vApp, once they are known: its VMs, by whose ids it is that vApp and no other */
  vms?: { id: string; name: string }[];
};

export type VmNetworkSettings = z.output<typeof networks.vmNetworkSettings>;
export type VappNetworkSettings = z.output<typeof networks.vAppNetworkSettings>;

/** What is recovered, and into which networks. */
export type RecoveryChoice = z.output<typeof plan.recovery>;

export type Hooks = z.output<typeof hook.hooks>;
export type HookEvent = keyof Hooks;
/** A request that is sent before or after something; one after it only warns. */
export type Hook = z.output<typeof hook.before>;

/** Whether what was cut over is powered on. */
export type PowerOn = z.output<typeof plan.planKeys>['cutover']['powerOn'];

export interface Wave {
  name: string;
  vms: PlanVm[];
}

export { DEFAULT_LOGIN, LOGIN_NAME, type Logins, loginAt, loginsKey, loginsOf, siteWithLogin } from './logins.js';
export { MOST_VMS } from './most-vms.js';
export { isNamedVm } from './named-vm.js';
export { shownUrl } from './shown-url.js';
export { SYNC_BEFORE } from './sync-before.js';
export { bareId, isVappUnit, MOST_IN_VAPP, vappIdOf, vappUnit } from './vapp.js';

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
  | {
      type: 'http';
      url: string;
      status: number;
      /** part of the body */
      body: string | null;
      verifyTls: boolean;
      /** absent, as in drills that were scheduled before: none */
      headers?: Record<string, string | { /** name in the workers' config */ secret: string }>;
    }
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

/** With access tokens that a worker gets from Cloud Director for an API token. */
export interface ApiTokenLogin {
  type: 'vcdApiToken';
  /** origin of the Cloud Director, which alone is sent the token */
  vcd: string;
  org: string;
  /** absolute path; what it holds may have been replaced since */
  file: string;
  /** what the file held */
  token: Secret;
  /** PEM text of the authority to trust instead of the system's */
  ca?: string;
  /** absent: none */
  proxy?: SiteProxy;
}

/** How a worker logs in to a site, by one of VCDA's `POST /sessions` bodies [doc B45 sessions/post]. */
export type Login =
  | { type: 'vcdCredentials'; user: string; password: Secret }
  | { type: 'localUser'; user: string; password: Secret }
  | { type: 'vcdAccessToken'; org: string; token: Secret }
  | ApiTokenLogin
  | { type: 'ssoCredentials'; user: string; password: Secret; principal?: string | null | undefined };

/** What stands between a worker and a site. */
export interface SiteProxy {
  /** without a login */
  url: string;
  user?: string;
  password?: Secret;
  /** PEM text of the authority of a proxy at `https://` */
  ca?: string;
  /** the variable that names it; absent: the config does */
  from?: string;
}

export interface SiteConfig
  extends Omit<z.output<typeof config.site>, 'login' | 'logins' | 'onPremAuth' | 'tls' | 'proxy'> {
  name: string;
  /** absent on a machine that only steers runs: credentials live with the workers */
  login?: Login;
  /** others, by names that plans and drills give; absent: none */
  logins?: Record<string, Login>;
  /** absent: none */
  proxy?: SiteProxy;
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

/** What checks and hooks are made with, and no plan or drill may hold. */
export interface NamedSecret {
  value: Secret;
  /** hosts and networks that it may be sent to; absent: those that a person has named, by https */
  to?: string[];
}

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

export interface Config extends Omit<z.output<typeof config.config>, 'sites' | 'store' | 'hooks'> {
  /** path of the file it came from; null: defaults only */
  file: string | null;
  sites: Record<string, SiteConfig>;
  store: StoreSettings;
  /** absent on a machine that only steers runs */
  hooks?: {
    /** URLs to which hooks may go, and below which */
    allow: string[];
    secrets: Record<string, NamedSecret>;
  };
}
