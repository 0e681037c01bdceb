/** From the plan of what was done to the plan of what is done next with the same VMs. */
import type { Plan, RunKind } from '../plan/types.js';
import { NotConfirmed } from './errors.js';
import { withoutInstances } from './recovery-choice.js';

export type RecoveryKind = Extract<RunKind, 'failover' | 'reverse' | 'failback'>;

/**
 * The plan as one of kind `kind`. A plan of that kind stays as it is. Of another one, the window goes, which was agreed for
 * another cutover and is likely over; with a reverse, which cuts nothing over, so do approvals.
 *
 * @param confirm what a person has confirmed beside the plan
 * @throws {@link NotConfirmed} when original VMs would be removed, and neither plan nor person says that they may
 * @example
 * ```ts
 * import { asKind, loadPlan } from 'drover';
 *
 * await drover.startRun(asKind(loadPlan('crm.yaml', { sites: null }), 'failover'));
 * ```
 */
export function asKind(plan: Plan, kind: RecoveryKind, confirm: Plan['confirm'] = null): Plan {
  const removes = kind === 'reverse' || kind === 'failback';
  if (removes && (plan.confirm ?? confirm) === null) {
    throw new NotConfirmed(kind, plan.name, plan.source.site);
  }
  if (plan.kind === kind) {
    return plan;
  }
  return {
    ...plan,
    kind,
    cutover: { ...plan.cutover, window: null, approval: kind === 'reverse' ? 'none' : plan.cutover.approval },
    // Only a failover takes VMs back to an older moment.
    recovery: removes ? latest(plan.recovery) : plan.recovery,
    waves: removes ? plan.waves.map(withoutInstances) : plan.waves,
    confirm: removes ? 'removes-source' : plan.confirm,
  };
}

function latest(recovery: Plan['recovery']): Plan['recovery'] {
  const { planned: _, ...rest } = recovery;
  return { ...rest, instance: 'latest' };
}

/** What names a run of {@link asKind}: another kind must not take the id of the day's run of the plan itself. */
export function nameAsKind(plan: Plan, kind: RecoveryKind): string {
  return plan.kind === kind ? plan.name : `${plan.name}-${kind}`;
}
