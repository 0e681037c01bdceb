/** Proving that a recovered VM works, from where the worker runs. */
import type { CheckResult } from '../workflows/report.js';
import type { ActivityDeps } from './deps.js';
import type { CheckVmInput } from './types.js';

export function createCheckActivities(_deps: ActivityDeps) {
  return {
    /**
     * Makes a check until it passes or its time is over. What the VM does is never an error, but a result.
     * @throws ApplicationFailure `UnknownCommand` when this worker's config has no such command
     */
    async checkVm(_input: CheckVmInput): Promise<CheckResult> {
      throw new Error('not written yet');
    },
  };
}
