/** Recovery plans of VCDA itself, to read: Drover has plans of its own, and must not overlap with these [doc B46]. */
import { type RecoveryPlan, type RecoveryStep, recoveryPlan, recoveryStep } from '../schemas/recovery-plan.js';
import type { CallOptions } from './call-options.js';
import type { SiteHttp } from './site-http.js';

const LIST = '/recovery-plans';

export function recoveryPlanCalls({ read, readList, segment }: SiteHttp) {
  return {
    /** Paged or not is undocumented. */
    list: (options?: CallOptions): Promise<RecoveryPlan[]> => readList(recoveryPlan, LIST, {}, options),
    get: async (id: string, options?: CallOptions): Promise<RecoveryPlan> =>
      read(recoveryPlan, `${LIST}/${segment(id)}`, {}, options),
    /** In the order of their sequence, as far as the site gives one. */
    async steps(id: string, options?: CallOptions): Promise<RecoveryStep[]> {
      const steps = await readList(recoveryStep, `${LIST}/${segment(id)}/steps`, {}, options);
      return steps.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
    },
    step: async (id: string, stepId: string, options?: CallOptions): Promise<RecoveryStep> =>
      read(recoveryStep, `${LIST}/${segment(id)}/steps/${segment(stepId)}`, {}, options),
  };
}
