import { badRequest, policyViolation, type TaskFailure } from '../errors.js';
import type { Policy, ReplicationSettings, Site } from '../world/model.js';
import { policyOf } from '../world/sites.js';
import type { World } from '../world/world.js';
import type { StartSettings } from './bodies.js';

// The RPO of a migration is not a choice: 24 h [doc UG46 GUID-221A6901].
const MIGRATION_RPO = 1440;
const DEFAULT_RPO = 15;

export interface Wanted {
  isMigration: boolean;
  slaProfileId: string | null;
  settings: ReplicationSettings;
}

/** What a start body asks for, with an SLA profile in place of the custom settings where one is named [seed]. */
export function wantedSettings(site: Site, org: string, body: StartSettings, excludedDiskKeys: number[]): Wanted {
  const isMigration = body.isMigration ?? false;
  const sla = slaProfile(site, org, body.slaProfileId);
  return {
    isMigration,
    slaProfileId: sla?.id ?? null,
    settings: {
      description: body.description ?? '',
      rpo: isMigration ? MIGRATION_RPO : (sla?.rpo ?? body.rpo ?? DEFAULT_RPO),
      dataConnectionType: sla?.dataConnectionType ?? body.dataConnectionType ?? 'ENCRYPTED_COMPRESSED',
      quiesced: sla?.quiesced ?? body.quiesced ?? false,
      retentionPolicy: sla?.retentionPolicy ??
        body.retentionPolicy ?? { rules: [{ numberOfInstances: 1, distance: 0 }] },
      initialSyncTime: body.initialSyncTime ?? 0,
      excludedDiskKeys,
      targetDiskType: body.targetDiskType ?? 'THIN',
    },
  };
}

/** A profile exists for the organisations it has been assigned to [doc OPI sla-profiles/orgs]. */
export function slaProfile(site: Site, org: string, id: string | null | undefined) {
  if (id == null) return undefined;
  const found = site.slaProfiles.get(id);
  if (found === undefined || !found.orgs.includes(org)) throw badRequest(`SLA profile '${id}' not found.`, [id]);
  return found;
}

/** What forbids a replication between two organisations, if anything does. */
export function refusedByPolicy(
  world: World,
  from: { site: Site; org: string },
  to: { site: Site; org: string },
  wanted: Pick<Wanted, 'isMigration' | 'settings' | 'slaProfileId'>,
): TaskFailure | undefined {
  const outgoing = policyOf(from.site, from.org);
  const incoming = policyOf(to.site, to.org);
  const kind = wanted.isMigration ? 'migrations' : 'protections';
  const [mayLeave, mayEnter] = wanted.isMigration
    ? [outgoing.allowOutgoingMigrations, incoming.allowIncomingMigrations]
    : [outgoing.allowOutgoingProtections, incoming.allowIncomingProtections];
  if (!mayLeave) return policyViolation(`Policy '${outgoing.displayName}' does not allow outgoing ${kind}.`);
  if (!mayEnter) return policyViolation(`Policy '${incoming.displayName}' does not allow incoming ${kind}.`);
  const count = incoming.maxIncoming < 0 ? 0 : incomingCount(world, to.site, to.org);
  if (incoming.maxIncoming >= 0 && count >= incoming.maxIncoming) {
    return policyViolation(`Organisation '${to.org}' already has ${count} incoming replications.`);
  }
  return wanted.isMigration ? undefined : refusedSettings(incoming, wanted);
}

export function refusedSettings(
  policy: Policy,
  wanted: Pick<Wanted, 'settings' | 'slaProfileId'>,
): TaskFailure | undefined {
  const { rpo, retentionPolicy } = wanted.settings;
  const instances = retentionPolicy.rules.reduce((sum, rule) => sum + rule.numberOfInstances, 0);
  if (wanted.slaProfileId === null && !policy.allowCustomSlaSettings) {
    return policyViolation(`Policy '${policy.displayName}' allows SLA profiles only.`);
  }
  if (rpo < policy.minRpo) return policyViolation(`RPO ${rpo} is below the minimum of ${policy.minRpo} minutes.`);
  if (instances > policy.maxInstances) {
    return policyViolation(`${instances} instances are more than the maximum of ${policy.maxInstances}.`);
  }
  if (retentionPolicy.rules.length > 1 && !policy.allowAdvancedRetentionRules) {
    return policyViolation(`Policy '${policy.displayName}' does not allow advanced retention rules.`);
  }
  return undefined;
}

function incomingCount(world: World, site: Site, org: string): number {
  let count = 0;
  for (const it of site.replications.values()) {
    if (world.site(it.destinationSite).vdcs.get(it.destinationVdcId)?.org === org) count++;
  }
  return count;
}
