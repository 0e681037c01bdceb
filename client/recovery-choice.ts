/** What a person chooses of a failover beside its plan: a planned one, older instances. */

import { nearest } from '../plan/source/nearest.js';
import { isVappUnit, type Plan, type PlanVm, type RecoveryChoice, type Wave } from '../plan/types.js';
import { BadVapp, NotInPlan } from './errors.js';

type Instance = RecoveryChoice['instance'];

/**
 * The failover as one that is made while its source lives: what has changed is sent with the source off, so that nothing is
 * lost. It takes VMs as they are now, whatever instances the plan chooses.
 *
 * @example
 * ```ts
 * import { asKind, loadPlan, planned } from 'drover';
 *
 * const move = planned(asKind(loadPlan('crm.yaml', { sites: null }), 'failover'));
 * ```
 */
export function planned(plan: Plan): Plan {
  return {
    ...plan,
    recovery: { ...plan.recovery, instance: 'latest', planned: true },
    waves: plan.waves.map(withoutInstances),
  };
}

/**
 * The failover with other instances: for all of its VMs, or for the waves that are named. It is not a planned one then, which
 * takes VMs as they are now.
 *
 * @throws {@link NotInPlan} for a wave that the plan has not got, BadVapp where a vApp would get an older instance
 * @example
 * ```ts
 * import { asKind, loadPlan, withInstances } from 'drover';
 *
 * const before = { before: '2026-12-05T21:00:00Z' };
 * const older = withInstances(asKind(loadPlan('crm.yaml', { sites: null }), 'failover'), { waves: { db: before } });
 * ```
 */
export function withInstances(
  plan: Plan,
  { all, waves = {} }: { all?: Instance; waves?: Record<string, Instance> },
): Plan {
  const names = plan.waves.map(({ name }) => name);
  for (const wave of Object.keys(waves))
    if (!names.includes(wave)) throw new NotInPlan(plan.name, `no wave ${wave}`, nearest(wave, names));
  const { planned: _, ...recovery } = plan.recovery;
  const chosen = {
    ...plan,
    recovery: all === undefined ? recovery : { ...recovery, instance: all },
    waves: plan.waves.map((wave) => {
      const instance = Object.hasOwn(waves, wave.name) ? waves[wave.name] : undefined;
      // What is chosen for all goes before what the plan chooses for some.
      const { name, vms } = all === undefined && instance === undefined ? wave : withoutInstances(wave);
      return { name, vms: instance === undefined ? vms : vms.map((vm) => ({ ...vm, instance })) };
    }),
  };
  refuseVapps(chosen);
  return chosen;
}

/** As a plan file is refused that says so. */
function refuseVapps({ name, waves, recovery }: Plan): void {
  const vapp = waves
    .flatMap(({ vms }) => vms)
    .find(({ id, instance = recovery.instance }) => isVappUnit(id) && instance !== 'latest');
  if (vapp === undefined) return;
  throw new BadVapp(
    `vApp ${vapp.name} of plan ${name} is recovered as it was last, since an older instance is one of a VM alone. Nothing was started.`,
    'choose instances of waves without vApps, or list the VMs of the vApp under vms',
  );
}

/** Its VMs with what the plan chooses for all. */
export const withoutInstances = ({ name, vms }: Wave): Wave => ({ name, vms: vms.map(asChosenForAll) });

function asChosenForAll(vm: PlanVm): PlanVm {
  const { instance: _, ...rest } = vm;
  return rest;
}
