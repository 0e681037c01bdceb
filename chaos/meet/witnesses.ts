/** What Temporal and the reports tell of who had which VM, read once all is over. */
import type { Client } from '@temporalio/client';
import { runWorkflowId, vmOfWorkflowId } from '../../contract/names.js';
import type { RunReport } from '../../contract/report.js';
import type { Execution, HadUntil } from './held.js';

/** Each execution of each VM's workflow, by the run that began it. */
export async function executionsOf(client: Client, runs: string[]): Promise<Execution[]> {
  const all: Execution[] = [];
  for (const run of runs) {
    const query = `RootWorkflowId = '${runWorkflowId(run)}' AND WorkflowId STARTS_WITH 'vm/'`;
    for await (const { workflowId, startTime, closeTime, status } of client.workflow.list({ query })) {
      all.push({
        run,
        vmId: vmOfWorkflowId(workflowId),
        from: startTime.getTime(),
        to: closeTime?.getTime() ?? null,
        isTerminated: status.name === 'TERMINATED',
      });
    }
  }
  return all;
}

/** @param terminated when a run was ended by force: epoch ms */
export function hadUntil(
  reports: Map<string, RunReport>,
  executions: Execution[],
  terminated: Map<string, number>,
): HadUntil {
  return (run, vmId) => {
    const force = terminated.get(run);
    // Its VMs finish what is under way, and then nobody has them.
    if (force !== undefined) {
      const closed = executions.filter((one) => one.run === run && one.vmId === vmId).map(({ to }) => to ?? Infinity);
      return Math.max(force, ...closed);
    }
    const finishedAt = reports.get(run)?.vms.find(({ id }) => id === vmId)?.finishedAt;
    return finishedAt ? Date.parse(finishedAt) : Number.POSITIVE_INFINITY;
  };
}
