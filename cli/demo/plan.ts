/** The demo's plan: VMs of the simulated site, in a small pilot wave and a large one. */
import { existsSync } from 'node:fs';
import { loadPlan } from '../../plan/load-plan.js';
import type { Plan } from '../../plan/types.js';
import { simulatedVms, siteNetworks, siteVdcId } from '../../simulator/index.js';

/** The VMs of examples/paris-exit.yaml; any other number needs a plan of its own. */
export const EXAMPLE_VMS = 40;
const LARGEST_PILOT = 5;

export interface SiteNames {
  source: string;
  destination: string;
}

export const EXAMPLE_SITES: SiteNames = { source: 'paris', destination: 'lyon' };

const HEAD = [
  '# yaml-language-server: $schema=../schema/plan.schema.json',
  '# Moves the VMs of the simulated site paris to lyon: first a pilot, then the rest. `drover demo` runs this plan.',
];

/** A plan for the first `vms` VMs of the simulator's default world, as a file's text. */
export function demoPlanText(vms: number): string {
  const { source, destination } = EXAMPLE_SITES;
  const all = simulatedVms({ vms });
  const pilot = Math.min(LARGEST_PILOT, Math.ceil(vms / 8));
  const waves = [
    { name: 'pilot', members: all.slice(0, pilot) },
    { name: 'rest', members: all.slice(pilot) },
  ].filter(({ members }) => members.length > 0);
  return [
    ...HEAD,
    'name: paris-exit',
    'kind: migrate',
    `source: { site: ${source} }`,
    `destination: { site: ${destination}, vdc: ${siteVdcId(destination)}, storageProfile: "*" }`,
    'replication: { dataConnectionType: ENCRYPTED_COMPRESSED, targetDiskType: THIN }',
    'limits: { syncs: 20, cutovers: 8 }',
    'cutover: { approval: none, powerOn: true }',
    'stopAfter: 10%',
    'waves:',
    ...waves.flatMap(({ name, members }) => [
      `  - name: ${name}`,
      '    vms:',
      ...members.map((vm) => `      - { id: ${vm.id}, name: ${vm.name} }`),
    ]),
    '',
  ].join('\n');
}

/** A plan that protects the first `vms` VMs, as a file's text. */
export function protectPlanText(vms: number, { source, destination }: SiteNames): string {
  return [
    'name: crm',
    'kind: protect',
    `source: { site: ${source} }`,
    `destination: { site: ${destination}, vdc: ${siteVdcId(destination)}, storageProfile: "*" }`,
    'replication: { rpo: 15m, dataConnectionType: ENCRYPTED_COMPRESSED }',
    'waves:',
    '  - name: crm',
    '    vms:',
    ...simulatedVms({ vms }).map((vm) => `      - { id: ${vm.id}, name: ${vm.name} }`),
    '',
  ].join('\n');
}

/** A drill of what that plan protects: in two groups, in a network of its own. Simulated VMs answer on no port: no checks. */
export function drillText(vms: number, { source, destination }: SiteNames, planFile: string): string {
  const names = simulatedVms({ vms }).map(({ name }) => name);
  const first = Math.ceil(vms / 2);
  const groups = [names.slice(0, first), names.slice(first)].filter((group) => group.length > 0);
  const isolated = siteNetworks(destination).find(({ name }) => name.endsWith('isolated'));
  return [
    'name: crm-drill',
    'mode: test',
    `source: { site: ${source} }`,
    `destination: { site: ${destination} }`,
    `scope: { plan: ${JSON.stringify(planFile)} }`,
    'recovery:',
    '  vAppNetworkSettings:',
    '    networkMappings:',
    `      - { sourceNetworkName: lan, destinationOrgVdcNetwork: { id: ${isolated?.id}, name: ${isolated?.name} } }`,
    `groups: [${groups.map((group) => `[${group.join(', ')}]`).join(', ')}]`,
    'hold: 5s',
    'objectives: { rto: 30m, rpo: 30m }',
    '',
  ].join('\n');
}

/** examples/paris-exit.yaml, which stands above this file in the sources and in what is built. */
export function examplePlanFile(): URL {
  const found = ['../../examples/paris-exit.yaml', '../../../examples/paris-exit.yaml']
    .map((path) => new URL(path, import.meta.url))
    .find((file) => existsSync(file));
  if (found === undefined) {
    throw new Error('examples/paris-exit.yaml is missing from this copy of Drover');
  }
  return found;
}

/** A plan with its sites renamed; the simulated VDC is named after its site. */
export function atSites(plan: Plan, { source, destination }: SiteNames): Plan {
  return {
    ...plan,
    source: { site: source },
    destination: { ...plan.destination, site: destination, vdc: siteVdcId(destination) },
  };
}

/** Loads a plan file that names the example's sites. */
export function loadExample(file: string, sites: SiteNames): Plan {
  return atSites(loadPlan(file, { sites: [EXAMPLE_SITES.source, EXAMPLE_SITES.destination] }), sites);
}
