/**
 * The VCDA API, for the rest of Drover and, as `drover/vcda`, for other programs (docs/vcda-client.md): the sites of a
 * config, each with its own session, connections and trust.
 */
import type { Config } from '../plan/types.js';
import { ConfiguredSites } from './configured-sites.js';
import { KnownSecrets, type Scrub } from './http/scrub.js';
import { type Sites, type SitesConfig, secretsOf } from './sites.js';

export { Secret } from '../plan/secret.js';
export type { Login as ConfiguredLogin, Logins, SiteConfig } from '../plan/types.js';
export type {
  DataConnectionType,
  Destination,
  ReconfigureSettings,
  RetentionPolicy,
  StartSettings,
  StartVappSettings,
} from './calls/bodies.js';
export type { CallOptions } from './calls/call-options.js';
export type { InventoryFilter } from './calls/inventory.js';
export type { NewPolicy } from './calls/policies.js';
export type {
  CommonRecoverySettings,
  FailoverSettings,
  FailoverTestSettings,
  MigrateSettings,
  NetworkSettings,
  RecoverySettings,
  ReplicaNetworks,
  VappFailoverSettings,
  VappFailoverTestSettings,
  VappMigrateSettings,
  VappNetworkSettings,
  VmNetworkSettings,
} from './calls/recovery-bodies.js';
export type { Pairing } from './calls/sites.js';
export type { TaskFilter } from './calls/tasks.js';
export type { UnreadableItem } from './calls/unreadable.js';
export type { VappReplicationFilter } from './calls/vapp-replications.js';
export type { TrafficRange } from './calls/vm-details.js';
export type { ReplicationFilter } from './calls/vm-replications.js';
export { type ErrorRules, errorRules, pauseBefore } from './errors/error-rules.js';
export { type CallAction, ERROR_TABLE, type ErrorRow, type TaskAction } from './errors/error-table.js';
export { type Acted, isOfFrontEnd, OWN_CODES, VcdaError } from './errors/errors.js';
export { saysNo } from './errors/own-word.js';
export { Deadline } from './http/deadline.js';
export type { Among, Part } from './http/limiter.js';
export type { Login, PeerLogin } from './http/login.js';
export type { LoginOutcome, LoginTurn, LoginTurns, RefusedBefore } from './http/login-turns.js';
export { API_VERSIONS } from './http/media-types.js';
export { type Asked, Refusals } from './http/refusals.js';
export type { Scrub } from './http/scrub.js';
export { type About, type Health, healthIn, type License } from './schemas/appliance.js';
export type { ErrorBody } from './schemas/common.js';
export { plausibleTime } from './schemas/figures.js';
export type { InventoryVapp, InventoryVdc, InventoryVm, Named } from './schemas/inventory.js';
export type { ShownNetworkSettings } from './schemas/networks.js';
export type { Policy, SlaProfile } from './schemas/provider.js';
export type { RecoveryPlan, RecoveryStep } from './schemas/recovery-plan.js';
export {
  connectionState,
  type Instance,
  type InstanceDetails,
  recoveryState,
  replicationIn,
  unknownState,
  type VmReplication,
} from './schemas/replication.js';
export type { Session, SiteInfo } from './schemas/site.js';
export { contradictsItself, type Task, taskEnd } from './schemas/task.js';
export type { TrafficReport, TrafficSample } from './schemas/traffic.js';
export { type VappReplication, vappReplicationIn } from './schemas/vapp-replication.js';
export type { Site } from './site.js';

export type { Renewed, Sites, SitesConfig } from './sites.js';

/** Shorter ones may be words of ours, and lines of a log are read by programs. */
const TELLING = 8;

/** Takes the secrets of a config out of a text, in every spelling; not the short ones, and not the tokens that sites give. */
export class ConfigScrubber {
  readonly #secrets = new KnownSecrets();
  #scrub: Scrub = (text) => text;

  constructor(config: ScrubbedConfig) {
    this.know(config);
  }

  /** What was read anew; the secrets before it stay known. */
  know(config: ScrubbedConfig): void {
    this.#secrets.know(secretsOf(config).filter((secret) => secret.reveal().length >= TELLING));
    this.#scrub = this.#secrets.scrubber({ by: null });
  }

  readonly scrub: Scrub = (text) => this.#scrub(text);
}

type ScrubbedConfig = Pick<Config, 'sites' | 'hooks' | 'store'>;

/**
 * Sites are reached when first used; nothing is sent here.
 * @example
 * ```ts
 * import { createSites, Secret } from 'drover/vcda';
 *
 * const own = createSites({
 *   sites: {
 *     lyon: {
 *       name: 'lyon',
 *       url: 'https://vcda.lyon.example.com',
 *       login: { type: 'vcdCredentials', user: 'ops@acme', password: new Secret('from your own store') },
 *       tls: {},
 *       limits: { syncs: 50, cutovers: 10, requestsPerSecond: 20 },
 *       polling: { interval: 5_000, selfCheck: 600_000 },
 *       reconcile: { settle: 10_000 },
 *       timeouts: { connect: 10_000, request: 30_000 },
 *       missingFor: 600_000,
 *     },
 *   },
 * });
 * console.log(await own.get('lyon').replications({}));
 * await own.close();
 * ```
 */
export function createSites(config: SitesConfig): Sites {
  return new ConfiguredSites(config).as({});
}
