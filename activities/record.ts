/** What Temporal still knows of earlier runs of a VM: who started a replication that carries no mark. */
import { vmReportQuery } from '../contract/messages.js';
import type { VmReport } from '../contract/report.js';
import type { ActivityDeps } from './deps.js';
import { askTemporal } from './site-signals.js';

const LOOKED_AT = 10;

/** Whether an earlier execution of the VM's workflow started this replication itself. */
export async function droverStarted(deps: ActivityDeps, workflowId: string, replicationId: string): Promise<boolean> {
  const closed = await askTemporal(deps, async () => {
    const found: string[] = [];
    const query = `WorkflowId = '${workflowId}' AND ExecutionStatus != 'Running'`;
    for await (const { runId } of deps.client.workflow.list({ query })) {
      if (found.push(runId) >= LOOKED_AT) break;
    }
    return found;
  });
  for (const runId of closed) {
    const report = await reportOf(deps, workflowId, runId);
    if (report !== null && report.replicationId === replicationId && report.operations.some(isOwnStart)) return true;
  }
  return false;
}

const isOwnStart = ({ kind, adopted, owner }: VmReport['operations'][number]): boolean =>
  kind === 'start' && (!adopted || (owner !== undefined && owner !== 'person'));

/** null: its history can no longer be read. */
async function reportOf(deps: ActivityDeps, workflowId: string, runId: string): Promise<VmReport | null> {
  return askTemporal(deps, () => deps.client.workflow.getHandle(workflowId, runId).query(vmReportQuery)).catch(
    () => null,
  );
}
