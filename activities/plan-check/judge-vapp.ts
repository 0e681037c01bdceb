/** What is to be said of vApps before a plan is run: pure. */
import { CODES } from '../../contract/codes.js';
import type { VmRef } from '../../contract/operation.js';
import type { PlanFinding } from '../../contract/plan-check.js';
import type { PlanHead } from '../../contract/shard.js';
import { differenceInWords, vappDifference } from '../../contract/vapp.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { listed } from '../../contract/words.js';
import { bareId, isVappUnit, type PlanVm } from '../../plan/types.js';
import type { InventoryVm } from '../../vcda/index.js';
import { seenOf } from '../moved-before.js';
import { standingIn } from '../vapp-members.js';
import type { PlanFacts } from './facts.js';
import { about } from './findings.js';

/** A vApp as one of the things that stand at a site; undefined: the site has none by its id, or does not tell. */
export function standingVapp(all: InventoryVm[], unit: string): InventoryVm | undefined {
  const its = all.filter(({ vappId }) => vappId === bareId(unit));
  const [first] = its;
  if (first === undefined) return undefined;
  const { vappName, vdcId, vdcName, org } = first;
  const isOff = its.every(({ powerState }) => powerState === 'POWERED_OFF');
  const powerState = isOff ? 'POWERED_OFF' : null;
  return { id: unit, name: vappName ?? null, computerName: null, vdcId, vdcName, org, powerState };
}

/** Its VMs must be those that its run would be started with. */
export function judgeVapp({ source: { site } }: PlanHead, vm: PlanVm, facts: PlanFacts): PlanFinding[] {
  if (vm.vms === undefined || facts.source === null) return [];
  const standing = standingIn([...facts.source.values()], vm.id);
  const difference = standing === null ? null : vappDifference(vm.vms, standing.vms);
  if (difference === null) return [];
  return [
    about(vm, site).error(
      CODES.vappChanged,
      `vApp ${nameWithId(vm)} at ${site} has other VMs than a moment ago: ${differenceInWords(difference)}.`,
      'Check the plan again once nobody changes the vApp.',
    ),
  ];
}

const LOOK = 'Look at both VMs. If the vApp is to be moved all the same, say remigrate: true for it.';

/** Of a vApp that was not moved as one: one of its VMs may have been. @param at the destination @param vdc where it goes */
export function judgeMovedVapp(
  vapp: PlanVm,
  members: VmRef[],
  at: string,
  facts: PlanFacts,
  vdc: string,
): PlanFinding[] {
  const source = facts.source === null ? null : [...facts.source.values()];
  return members.flatMap((vm) => {
    const moved = facts.moved.find(({ vmId }) => vmId === vm.id);
    if (moved !== undefined) {
      const message = `its VM ${nameWithId(vm)} was moved${moved.to === null ? '' : ` to ${moved.to}`} by run ${moved.run}.`;
      return [about(vapp, null).error(CODES.maybeMoved, message, LOOK)];
    }
    const { isSourceOff, twin } = seenOf(source, facts.destination, vdc, vm);
    if (!isSourceOff || twin === null) return [];
    const message = `its VM ${nameWithId(vm)} is off, and ${nameWithId(twin)} stands at ${at}: it may have been moved already.`;
    return [about(vapp, at).error(CODES.maybeMoved, message, LOOK)];
  });
}

/** VMs that stand with others in a vApp, and are moved one by one: each comes in a vApp of its own. */
export function judgeLeavers({ source: { site } }: PlanHead, vms: PlanVm[], facts: PlanFacts): PlanFinding[] {
  const byVapp = new Map<string, VmRef[]>();
  for (const { id, name } of vms) {
    const found = facts.source?.get(id);
    if (isVappUnit(id) || found?.vappId == null) continue;
    byVapp.set(found.vappId, [...(byVapp.get(found.vappId) ?? []), { id, name: found.name ?? name }]);
  }
  const all = [...(facts.source?.values() ?? [])];
  return [...byVapp].flatMap(([vappId, leaving]) => {
    const together = all.filter((one) => one.vappId === vappId && !isVappUnit(one.id));
    if (together.length < 2) return [];
    const name = together.find(({ vappName }) => vappName != null)?.vappName ?? vappId;
    const which = leaving.length === 1 ? `${leaving[0]?.name} stands` : `${listed(leaving.map((vm) => vm.name))} stand`;
    return [
      about(null, site).warning(
        'VappLeft',
        `${which} in vApp ${name} at ${site}, which has ${together.length} VMs: moved one by one, each comes in a vApp of its own.`,
        `To move it as one, say vapps: [ { name: ${name} } ] in its wave instead.`,
      ),
    ];
  });
}
