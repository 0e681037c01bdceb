import {
  ORGS,
  siteComputePolicies,
  siteNetworks,
  siteSlaProfiles,
  siteStorageProfiles,
  siteVdcId,
} from '../identity.js';
import type { Policy, Site, SlaProfile, Vdc } from './model.js';

/** Newest first. */
export const API_VERSIONS: readonly string[] = ['4.7', '4.6', '4.5'];
const TIB = 2 ** 40;

/** A site as installed, before anything runs on it: two organisations with a VDC each, profiles, the default policy. */
export function createSite(name: string, apiVersion = API_VERSIONS[0] as string): Site {
  return {
    name,
    apiVersion,
    up: true,
    licensed: true,
    clock: { offsetMs: 0, unit: 'ms' },
    url: '',
    vdcs: new Map(ORGS.map((org) => vdc(name, org)).map((it) => [it.id, it])),
    vms: new Map(),
    vapps: new Map(),
    replications: new Map(),
    vappReplications: new Map(),
    vappsBySource: new Map(),
    recoveryPlans: new Map(),
    policies: new Map([['default', defaultPolicy()]]),
    slaProfiles: new Map(slaProfiles(name).map((it) => [it.id, it])),
    computePolicies: siteComputePolicies(name),
  };
}

function vdc(site: string, org: string): Vdc {
  return {
    id: siteVdcId(site, org),
    name: `${org}-vdc`,
    site,
    org,
    storageProfiles: siteStorageProfiles(site).map((it) => ({ ...it, capacityBytes: 2048 * TIB, usedBytes: 0 })),
    networks: siteNetworks(site, org),
  };
}

// A new install forbids protections [doc UG46 GUID-1A28D7BE]; this one allows all, as a provider would for its tenants.
export function defaultPolicy(overrides: Partial<Policy> = {}): Policy {
  return {
    id: 'default',
    displayName: 'Default',
    allowIncomingMigrations: true,
    allowOutgoingMigrations: true,
    allowOutgoingOnpremMigrations: true,
    allowIncomingProtections: true,
    allowOutgoingProtections: true,
    allowOutgoingOnpremProtections: true,
    allowCustomSlaSettings: true,
    allowAdvancedRetentionRules: true,
    allowNotificationConfiguration: true,
    maxIncoming: -1,
    maxInstances: 24,
    maxPinnedInstances: 24,
    minRpo: 1,
    orgs: [],
    ...overrides,
  };
}

function slaProfiles(site: string): SlaProfile[] {
  return siteSlaProfiles(site).map(({ id, name, rpo, instances, distance }) => ({
    id,
    displayName: name,
    description: `RPO ${rpo} min`,
    rpo,
    dataConnectionType: 'ENCRYPTED_COMPRESSED',
    quiesced: false,
    retentionPolicy: { rules: [{ numberOfInstances: instances, distance }] },
    initialSyncTime: 0,
    orgs: [...ORGS],
  }));
}

/** The policy that holds for an organisation: the one it is assigned to, else the default one. */
export function policyOf(site: Site, org: string): Policy {
  for (const policy of site.policies.values()) if (policy.orgs.includes(org)) return policy;
  return site.policies.get('default') as Policy;
}
