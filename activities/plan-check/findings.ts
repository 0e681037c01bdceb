/** Makers of findings: each names its VM, and where it was seen. */

import type { VmRef } from '../../contract/operation.js';
import type { PlanFinding } from '../../contract/plan-check.js';

type Said = [code: string, message: string, advice: string | null];

export interface About {
  error(...said: Said): PlanFinding;
  warning(...said: Said): PlanFinding;
}

/** @param vm null: the plan as a whole @param site null: it was seen at none */
export function about(vm: VmRef | null, site: string | null): About {
  const ref = vm === null ? null : { id: vm.id, name: vm.name };
  const as =
    (severity: PlanFinding['severity']) =>
    (...[code, message, advice]: Said): PlanFinding => ({ severity, code, vm: ref, site, message, advice });
  return { error: as('error'), warning: as('warning') };
}
