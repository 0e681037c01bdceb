/** Some VMs of a plan, as a plan of its own. */
import { isSameName } from '../contract/vm-identity.js';
import { nearest } from '../plan/source/nearest.js';
import type { Plan, PlanVm } from '../plan/types.js';
import { NotInPlan } from './errors.js';

export interface Part {
  /** ids or names; absent: all */
  vms?: readonly string[];
  /** absent: all */
  wave?: string;
}

/**
 * The plan with these VMs alone, in its order. What a VM came `after` is not waited for when it is left out.
 *
 * @throws {@link NotInPlan} for a VM or wave that the plan has not got, or a name that several of its VMs have
 * @example
 * ```ts
 * import { asKind, loadPlan, partOf } from 'drover';
 *
 * const databases = partOf(asKind(loadPlan('crm.yaml', { sites: null }), 'failover'), { wave: 'db' });
 * ```
 */
export function partOf(plan: Plan, { vms, wave }: Part): Plan {
  const waves = wave === undefined ? plan.waves : plan.waves.filter(({ name }) => name === wave);
  if (wave !== undefined && waves.length === 0) {
    const names = plan.waves.map(({ name }) => name);
    throw new NotInPlan(plan.name, `no wave ${wave}`, nearest(wave, names));
  }
  const all = waves.flatMap((one) => one.vms);
  const kept = new Set((vms ?? all.map(({ id }) => id)).map((word) => idOf(plan, all, word)));
  return {
    ...plan,
    waves: waves.flatMap(({ name, vms: its }) => {
      const left = its.filter(({ id }) => kept.has(id));
      return left.length === 0
        ? []
        : [{ name, vms: left.map((vm) => ({ ...vm, after: vm.after.filter((id) => kept.has(id)) })) }];
    }),
  };
}

function idOf({ name }: Plan, all: PlanVm[], word: string): string {
  const byId = all.find(({ id }) => id === word.toLowerCase());
  if (byId !== undefined) return byId.id;
  const [one, ...others] = all.filter((vm) => isSameName(vm.name, word));
  if (one === undefined)
    throw new NotInPlan(
      name,
      `no VM ${word}`,
      nearest(
        word,
        all.map((vm) => vm.name),
      ),
    );
  if (others.length > 0)
    throw new NotInPlan(
      name,
      `several VMs ${word}`,
      [one, ...others].map(({ id }) => id),
    );
  return one.id;
}
