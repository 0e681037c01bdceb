/** Whether what a plan names at its destination is there: VDC, storage profile, seed, networks. Pure. */
import type { PlanFinding } from '../../contract/plan-check.js';
import type { PlanHead } from '../../contract/shard.js';
import { nameWithId, plainName } from '../../contract/vm-identity.js';
import { listed } from '../../contract/words.js';
import type { PlanVm, VappNetworkSettings } from '../../plan/types.js';
import type { Named } from '../../vcda/index.js';
import type { PlanFacts } from './facts.js';
import { about } from './findings.js';

const namesOf = (all: Named[]): string => listed(all.map(({ id, name }) => `${name} (${id})`)) || 'none';

const has = (all: Named[], wanted: string): boolean => all.some(({ id }) => plainName(id) === plainName(wanted));

export const vdcOf = ({ destination }: PlanHead, vm: PlanVm): string => (vm.vdc ?? destination.vdc ?? '').toLowerCase();

/** Of a VM that is to be replicated anew. */
export function judgePlace(plan: PlanHead, vm: PlanVm, facts: PlanFacts): PlanFinding[] {
  const { site } = plan.destination;
  const { error } = about(vm, site);
  const vdc = vdcOf(plan, vm);
  if (facts.vdcs !== null && !has(facts.vdcs, vdc))
    return [
      error(
        'VdcNotFound',
        `${site} has no VDC ${vdc} for this login.`,
        `Correct it: ${site} has ${namesOf(facts.vdcs)}.`,
      ),
    ];
  const findings: PlanFinding[] = [];
  const profile = vm.storageProfile ?? plan.destination.storageProfile;
  const profiles = facts.storageProfiles.get(vdc) ?? null;
  if (profile !== '*' && profiles !== null && !has(profiles, profile))
    findings.push(
      error(
        'StorageProfileNotFound',
        `VDC ${vdc} at ${site} has no storage profile ${profile}.`,
        `Correct it, or say "*" for any: it has ${namesOf(profiles)}.`,
      ),
    );
  if (vm.seedVmId !== undefined && facts.destination !== null && !has(seedsOf(facts), vm.seedVmId))
    findings.push(
      error(
        'SeedNotFound',
        `${site} has no VM ${vm.seedVmId}, whose disks ${nameWithId(vm)} is to reuse.`,
        'Correct seedVmId, or leave it out.',
      ),
    );
  return findings;
}

/** Who is to own its replication. Only organizations of the destination are known, by their VDCs. */
export function judgeOwner(plan: PlanHead, vm: PlanVm, facts: PlanFacts): PlanFinding[] {
  const owner = vm.owner ?? plan.owner;
  const { site } = plan.destination;
  if (owner === undefined || facts.vdcs === null) return [];
  const at = owner.lastIndexOf('@');
  const [org, of] = [owner.slice(0, at), owner.slice(at + 1)];
  const orgs = [...new Set(facts.vdcs.flatMap((vdc) => vdc.org ?? []))];
  if (of !== site || orgs.length === 0 || orgs.some((one) => one.toLowerCase() === org.toLowerCase())) return [];
  const message = `${site} shows this login no VDC of organization ${org}, which is to own the replication of ${nameWithId(vm)}.`;
  const advice = `Correct owner: ${site} shows organizations ${listed(orgs)}. Only an administrator may give a replication to another.`;
  return [about(vm, site).error('OwnerNotFound', message, advice)];
}

const seedsOf = ({ destination }: PlanFacts): Named[] =>
  (destination ?? []).map(({ id, name }) => ({ id, name: name ?? id }));

/** What the plan says of the networks of all its VMs. @param vdc that it is held against */
export function judgePlanNetworks(plan: PlanHead, vdc: string, facts: PlanFacts): PlanFinding[] {
  const wanted = networkIdsIn(plan.recovery.vAppNetworkSettings);
  const networks = facts.networks.get(vdc) ?? null;
  if (networks === null) return [];
  return wanted
    .filter((id) => !has(networks, id))
    .map((id) =>
      about(null, plan.destination.site).error(
        'NetworkNotFound',
        `VDC ${vdc} at ${plan.destination.site} has no network ${id}.`,
        `Correct it: it has ${namesOf(networks)}.`,
      ),
    );
}

const networkIdsIn = ({ networkMappings = [], bridgeOrgVdcNetworks = [] }: VappNetworkSettings = {}): string[] => [
  ...new Set([
    ...networkMappings.flatMap(({ destinationOrgVdcNetwork }) => destinationOrgVdcNetwork?.id ?? []),
    ...bridgeOrgVdcNetworks.map(({ id }) => id),
  ]),
];

/** The NICs of one VM. A name that the VDC does not have may be one of its vApp's own networks. */
export function judgeNics(plan: PlanHead, vm: PlanVm, facts: PlanFacts): PlanFinding[] {
  const { site } = plan.destination;
  const { warning } = about(vm, site);
  const networks = facts.networks.get(vdcOf(plan, vm)) ?? null;
  return (vm.vmNetworkSettings?.nics ?? []).flatMap(
    ({ nicIndex, network, ipAddress, ipAddressAllocationMode: mode }) => {
      const findings: PlanFinding[] = [];
      const isKnown = networks === null || networks.some((one) => one.name === network || one.id === network);
      if (network !== undefined && !isKnown)
        findings.push(
          warning(
            'NetworkNotInVdc',
            `NIC ${nicIndex} goes to network ${network}, which is none of its VDC at ${site}: it must be one of its vApp.`,
            `Its VDC has ${namesOf(networks ?? [])}.`,
          ),
        );
      if (mode === 'MANUAL' && ipAddress === undefined)
        findings.push(
          warning(
            'AddressMissing',
            `NIC ${nicIndex} has ipAddressAllocationMode MANUAL and no ipAddress.`,
            'Give it an ipAddress, or another mode.',
          ),
        );
      if (ipAddress !== undefined && (mode === 'DHCP' || mode === 'POOL' || mode === 'NONE'))
        findings.push(
          warning(
            'AddressIgnored',
            `NIC ${nicIndex} has ipAddress ${ipAddress}, which mode ${mode} ignores.`,
            'Say ipAddressAllocationMode: MANUAL, or leave the address out.',
          ),
        );
      return findings;
    },
  );
}
