/** What can be said of a plan without asking anybody: pure. */
import type { PlanFinding } from '../contract/plan-check.js';
import { nameWithId } from '../contract/vm-identity.js';
import { listed } from '../contract/words.js';
import { isWindowOver } from '../plan/check-window.js';
import type { Plan, PlanVm } from '../plan/types.js';

const ofPlan = (severity: PlanFinding['severity'], code: string, message: string, advice: string): PlanFinding => ({
  severity,
  code,
  vm: null,
  site: null,
  message,
  advice,
});

export function judgeAlone(plan: Plan, now: Date): PlanFinding[] {
  const vms = plan.waves.flatMap((wave) => wave.vms);
  return [...judgeWindow(plan, now), ...repeatedAddresses(vms), ...repeatedSeeds(vms)];
}

function judgeWindow(plan: Plan, now: Date): PlanFinding[] {
  const { window } = plan.cutover;
  if (window === null || !isWindowOver(plan, now)) return [];
  const advice = 'Give cutover.window moments that are still to come, or leave it out.';
  return [ofPlan('error', 'WindowOver', `its cutover window closed at ${window.closes}.`, advice)];
}

/** Two VMs that are given one address in one network. */
function repeatedAddresses(vms: PlanVm[]): PlanFinding[] {
  const all = vms.flatMap((vm) =>
    (vm.vmNetworkSettings?.nics ?? []).flatMap(({ network = '', ipAddress }) =>
      ipAddress === undefined ? [] : [{ vm, key: `${network}\n${ipAddress}`, ipAddress }],
    ),
  );
  return repeated(all).map(({ first: { vm, ipAddress }, others }) => ({
    ...ofPlan(
      'warning',
      'AddressRepeated',
      `${nameWithId(vm)} is given ${ipAddress}, as ${listed(others.map((one) => nameWithId(one.vm)))}.`,
      'Give each NIC of a network an address of its own.',
    ),
    vm: { id: vm.id, name: vm.name },
  }));
}

/** VCDA removes a seed VM when its disks are reused [doc OPI ReplicationDestination_VcloudVmDestination]. */
function repeatedSeeds(vms: PlanVm[]): PlanFinding[] {
  const all = vms.flatMap((vm) => (vm.seedVmId === undefined ? [] : [{ vm, key: vm.seedVmId }]));
  return repeated(all).map(({ first: { vm, key }, others }) => ({
    ...ofPlan(
      'error',
      'SeedRepeated',
      `${nameWithId(vm)} is to reuse the disks of ${key}, as ${listed(others.map((one) => nameWithId(one.vm)))}.`,
      'VCDA removes a seed once it is used: give each VM one of its own.',
    ),
    vm: { id: vm.id, name: vm.name },
  }));
}

function repeated<T extends { key: string }>(all: T[]): { first: T; others: T[] }[] {
  const byKey = new Map<string, T[]>();
  for (const one of all) byKey.set(one.key, [...(byKey.get(one.key) ?? []), one]);
  return [...byKey.values()].flatMap(([first, ...others]) =>
    first === undefined || others.length === 0 ? [] : [{ first, others }],
  );
}
