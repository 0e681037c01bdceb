/** What a person changes of a VM, held against what its destination has. */
import { type VmChange, whyNotOfUnit, withChange } from '../contract/amend.js';
import { isSameName, nameWithId } from '../contract/vm-identity.js';
import { UUID } from '../plan/source/schema-parts.js';
import { loginsOf, type Plan } from '../plan/types.js';
import { BadVapp, NothingFound, NotTold } from './errors.js';
import { Inventory } from './inventory.js';
import { resolveNames } from './resolve-names.js';
import type { Session } from './session.js';

/**
 * With an id for the name of a storage profile; a network must be one of the VM's VDC, where its site lists them.
 * @throws NoWorker, NotTold; BadVapp for what a vApp does not have; NothingFound for a name that the destination does not have;
 * Ambiguous for one of several
 */
export async function resolveChange(session: Session, plan: Plan, vmId: string, change: VmChange): Promise<VmChange> {
  const vm = plan.waves.flatMap(({ vms }) => vms).find(({ id }) => id === vmId);
  if (vm === undefined) return change;
  const { network, storageProfile } = change;
  const why = whyNotOfUnit(vmId, change);
  if (why !== null)
    throw new BadVapp(
      `${nameWithId(vm)} cannot be changed so: ${why}. Nothing was changed.`,
      'move its VMs one by one, by a plan that has them under vms, where each is to have its own',
    );
  const vdc = vm.vdc ?? plan.destination.vdc;
  if (network !== undefined && vdc !== undefined && UUID.test(vdc)) await requireNetwork(session, plan, vdc, network);
  if (storageProfile === undefined) return change;
  const alone = {
    ...plan,
    recovery: { instance: plan.recovery.instance },
    waves: [{ name: '', vms: [withChange(vm, change)] }],
  };
  const resolved = (await resolveNames(session, alone)).waves[0]?.vms[0]?.storageProfile;
  return { ...change, storageProfile: resolved ?? storageProfile };
}

async function requireNetwork(session: Session, plan: Plan, vdc: string, wanted: string): Promise<void> {
  const { site } = plan.destination;
  try {
    const all = await (await Inventory.of(session, site, undefined, loginsOf(plan))).networks(vdc);
    if (all.some(({ id, name }) => id === wanted || isSameName(name, wanted))) return;
    const has = all.map(({ name }) => name).join(', ') || 'none';
    throw new NothingFound(site, `no network ${wanted} in VDC ${vdc}; it has ${has}`);
  } catch (error) {
    // What it does not list nobody can compare.
    if (!(error instanceof NotTold)) throw error;
  }
}

/** The plan with one of its VMs changed. Pure. */
export const withVmChanged = (plan: Plan, vmId: string, change: VmChange): Plan => ({
  ...plan,
  waves: plan.waves.map((wave) => ({
    ...wave,
    vms: wave.vms.map((vm) => (vm.id === vmId ? withChange(vm, change) : vm)),
  })),
});
