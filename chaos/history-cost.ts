/** What Temporal holds after a run: events of all histories, and workflows that should have ended. */
import type { Client } from '@temporalio/client';
import { DRILL, PLAN_RUN, SHARD } from '../contract/inputs.js';
import { isVmWorkflowId } from '../contract/names.js';

/** Types of workflows that end with their run, beside those of its VMs. */
const OF_A_RUN = new Set<string>([PLAN_RUN, SHARD, DRILL]);

export interface HistoryCost {
  events: number;
  executions: number;
  /** events of all executions, by workflow type */
  byType: Record<string, number>;
  /** ids of runs and VMs that are still open; sites and claims live for ever */
  open: string[];
}

export async function historyCost(client: Client): Promise<HistoryCost> {
  const cost: HistoryCost = { events: 0, executions: 0, byType: {}, open: [] };
  for await (const { workflowId, runId, type, status, historyLength } of client.workflow.list()) {
    cost.executions += 1;
    // The list knows the length of what has ended only.
    const now =
      status.name === 'RUNNING'
        ? await client.workflow.getHandle(workflowId, runId).describe()
        : { status, historyLength };
    cost.events += now.historyLength;
    cost.byType[type] = (cost.byType[type] ?? 0) + now.historyLength;
    // The list may be late.
    if (now.status.name === 'RUNNING' && (OF_A_RUN.has(type) || isVmWorkflowId(workflowId))) cost.open.push(workflowId);
  }
  return cost;
}
