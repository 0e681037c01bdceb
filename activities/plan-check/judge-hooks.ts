/** Hooks that this worker would not send: pure. */
import type { PlanFinding } from '../../contract/plan-check.js';
import type { PlanHead } from '../../contract/shard.js';
import type { HookRefusals } from '../hook-refusals.js';
import { about } from './findings.js';

export function judgeHooks(refusals: HookRefusals, { hooks = {} }: Pick<PlanHead, 'hooks'>): PlanFinding[] {
  const plan = about(null, null);
  return refusals.among(hooks).map(({ rule, code, message, advice }) => {
    // One that only warns holds nothing up.
    const say = rule === 'warn' ? plan.warning : plan.error;
    return say(code, message, advice);
  });
}
