/** The vApps of a lab's source, as units of a plan. */
import { type PlanVm, vappUnit } from '../../plan/types.js';
import { simulatedVms } from '../../simulator/index.js';

/** @param vms of the simulator @returns each vApp with those of them that stand in it */
export function vappsOf(vms: number, change: Partial<PlanVm> = {}): PlanVm[] {
  const byVapp = new Map<string, PlanVm>();
  for (const { id, name, vappId, vappName } of simulatedVms({ vms })) {
    const known = byVapp.get(vappId) ?? { id: vappUnit(vappId), name: vappName, after: [], vms: [], ...change };
    byVapp.set(vappId, { ...known, vms: [...(known.vms ?? []), { id, name }] });
  }
  return [...byVapp.values()];
}
