/** What earlier runs know of a VM, by which it is found where reverses have left it under other ids. */
import { CODES } from '../contract/codes.js';
import type { EarlierRuns } from '../contract/questions.js';
import type { ActivityDeps } from './deps.js';
import { beating } from './heartbeat.js';
import { earlierReports, FEW_TRIES } from './record.js';
import { leftBefore } from './source-power.js';

export function createEarlierRunsActivities(deps: ActivityDeps) {
  return {
    /** Of a VM, by the id of its workflow; one that was never in a run has none. */
    async earlierRuns({ workflowId }: { workflowId: string }): Promise<EarlierRuns> {
      return beating(
        () => null,
        async () => {
          const reports = await earlierReports(deps, workflowId, FEW_TRIES);
          // Reports may keep the replication of another VM that was refused.
          const own = reports.filter(({ error }) => error?.code !== CODES.nameMismatch);
          const replicationIds = own.flatMap(({ replicationId }) => replicationId ?? []);
          const vmIds = reports.flatMap(({ recoveredAs }) => [...(recoveredAs ?? [])].reverse());
          return {
            replicationIds: [...new Set(replicationIds)],
            vmIds: [...new Set(vmIds)],
            left: leftBefore(reports),
          };
        },
      );
    },
  };
}
