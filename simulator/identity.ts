import { between, draw, uuid } from './random.js';

/** What can be known about a simulated world before it exists, so that example plans can be written once. */

export const DEFAULT_SEED = 1;
export const DEFAULT_VMS = 40;
export const DEFAULT_SITES = ['paris', 'lyon'] as const;
export const ORGS = ['acme', 'globex'] as const;

const VMS_PER_VAPP = 4;
const GIB = 2 ** 30;

export type QuiescedType = 'none' | 'applicationQuiesced' | 'fileSystemQuiesced';

export interface SimulatedVm {
  id: string;
  name: string;
  vappId: string;
  vappName: string;
  /** provisioned bytes per disk */
  disks: { key: number; bytes: number }[];
  /** bytes a first full sync sends */
  usedBytes: number;
  /** bytes written per simulated second while powered on */
  changeRate: number;
  /** what its guest tools can do for a quiesced sync */
  tools: QuiescedType;
}

// Fixed names rather than seeded ones: a plan names its VDC whatever the seed is.
export const siteVdcId = (site: string, org: string = ORGS[0]): string => uuid(0, 'vdc', site, org);

export function siteStorageProfiles(site: string): { id: string; name: string }[] {
  return ['gold', 'standard'].map((name) => ({ id: uuid(0, 'storage-profile', site, name), name }));
}

export function siteNetworks(site: string, org: string = ORGS[0]): { id: string; name: string }[] {
  return ['app', 'db', 'isolated'].map((name) => ({ id: uuid(0, 'network', site, org, name), name: `${org}-${name}` }));
}

export function siteComputePolicies(site: string): { id: string; name: string }[] {
  return ['placement-any', 'sizing-medium'].map((name) => ({ id: uuid(0, 'policy', site, name), name }));
}

export function siteSlaProfiles(site: string) {
  return [
    { name: 'Gold', rpo: 5, instances: 12, distance: 30 },
    { name: 'Silver', rpo: 15, instances: 4, distance: 60 },
    { name: 'Bronze', rpo: 60, instances: 1, distance: 1440 },
  ].map((profile) => ({ id: uuid(0, 'sla-profile', site, profile.name), ...profile }));
}

export function simulatedVm(seed: number, index: number): SimulatedVm {
  const digits = (n: number) => String(n).padStart(3, '0');
  const id = uuid(seed, 'vm', index);
  const group = Math.floor(index / VMS_PER_VAPP);
  const usedBytes = Math.round(between(seed, 8, 40, id, 'used')) * GIB;
  const second = draw(seed, id, 'second-disk') < 0.3;
  const provisioned = Math.ceil(usedBytes / GIB / 0.6) * GIB;
  const tools = draw(seed, id, 'tools');
  return {
    id,
    name: `vm-${digits(index + 1)}`,
    vappId: uuid(seed, 'vapp', group),
    vappName: `vapp-${digits(group + 1)}`,
    disks: second
      ? [
          { key: 2000, bytes: provisioned / 2 },
          { key: 2001, bytes: provisioned / 2 },
        ]
      : [{ key: 2000, bytes: provisioned }],
    usedBytes,
    changeRate: Math.round(between(seed, 20_000, 300_000, id, 'change-rate')),
    tools: tools < 0.6 ? 'applicationQuiesced' : tools < 0.9 ? 'fileSystemQuiesced' : 'none',
  };
}

export function simulatedVms(options: { seed?: number; vms?: number } = {}): SimulatedVm[] {
  const { seed = DEFAULT_SEED, vms = DEFAULT_VMS } = options;
  return Array.from({ length: vms }, (_, index) => simulatedVm(seed, index));
}
