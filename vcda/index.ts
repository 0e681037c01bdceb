/**
 * The VCDA API, for the rest of Drover and, as `drover/vcda`, for other programs (docs/vcda-client.md): the sites of a
 * config, each with its own session, connections and trust.
 */
import { Secret } from '../plan/secret.js';
import type { Config, SiteConfig } from '../plan/types.js';
import { type ErrorRules, errorRules } from './errors/error-rules.js';
import { KnownSecrets } from './http/scrub.js';
import { SiteSession } from './http/session.js';
import { Transport } from './http/transport.js';
import { createSite, type Site } from './site.js';

export { Secret } from '../plan/secret.js';
export type { Login as ConfiguredLogin, SiteConfig } from '../plan/types.js';
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
export type { Login, PeerLogin } from './http/login.js';
export { API_VERSIONS } from './http/media-types.js';
export { type Asked, Refusals } from './http/refusals.js';
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

export interface Sites {
  readonly names: string[];
  readonly rules: ErrorRules;
  /** @throws RangeError when the config has no such site */
  get(name: string): Site;
  /** logs out everywhere and closes connections */
  close(): Promise<void>;
}

/** What the client needs of a config; the times of a site are ms, see {@link SiteConfig}. */
export type SitesConfig = Pick<Config, 'sites'> & Partial<Pick<Config, 'errors'>>;

const secretsOf = (login: SiteConfig['login'] | undefined): Secret[] =>
  Object.values(login ?? {}).filter((value: unknown): value is Secret => value instanceof Secret);

/** Sites are reached when first used; nothing is sent here. */
export function createSites(config: SitesConfig): Sites {
  // A site may repeat what another was sent.
  const secrets = new KnownSecrets(Object.values(config.sites).flatMap(({ login }) => secretsOf(login)));
  const open = Object.values(config.sites).map((site: SiteConfig) => {
    const transport = new Transport(site, secrets);
    const session = new SiteSession(site, transport, (name) => config.sites[name]?.login, secrets);
    return { site: createSite(site, transport, session), session, transport };
  });
  const byName = new Map(open.map(({ site }) => [site.name, site]));
  return {
    names: [...byName.keys()],
    rules: errorRules(config.errors),
    get(name) {
      const site = byName.get(name);
      if (site === undefined)
        throw new RangeError(`the config of this worker has no site ${name}; it has ${[...byName.keys()].join(', ')}`);
      return site;
    },
    async close() {
      await Promise.all(open.map(({ session }) => session.logout()));
      await Promise.all(open.map(({ transport }) => transport.close()));
    },
  };
}
