import { loginsMemo } from '../contract/logins.js';
import { tidyWorkflowId } from '../contract/names.js';
import { contractMemo } from '../contract/number.js';
import { TIDY, type TidyInput, type TidyLater } from '../contract/tidy.js';
import type { ActivityDeps } from './deps.js';
import { askTemporal } from './site-signals.js';

export function createTidyActivities(deps: ActivityDeps) {
  return {
    /** Leaves it with Temporal, which begins it when the time has come, however often it is asked. */
    async tidyLater({ after, logins = {}, ...asked }: TidyLater): Promise<void> {
      const input: TidyInput = { ...asked, keptFor: after };
      await askTemporal(deps, () =>
        deps.client.workflow.start(TIDY, {
          workflowId: tidyWorkflowId(asked.run),
          taskQueue: deps.taskQueue,
          args: [input],
          startDelay: after,
          workflowIdConflictPolicy: 'USE_EXISTING',
          memo: { run: asked.run, round: asked.round, ...loginsMemo(logins), ...contractMemo },
        }),
      );
    },
  };
}
