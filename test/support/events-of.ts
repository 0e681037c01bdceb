/** What a VM has cost in events. */
import { vmWorkflowId } from '../../contract/names.js';
import type { Lab } from './lab.js';

/**
 * Events of all workflows of a VM, without those that only a busy machine adds: of a second look at a copy, the first being
 * seconds old, an activity and the task that hears of it; of a task that no worker came to in time, what is scheduled and timed
 * out; of a timer that rings amid a later wait, that, its task, and the next timer.
 */
export async function eventsOf(lab: Lab, vmId: string): Promise<number> {
  const workflowId = vmWorkflowId(lab.source, vmId);
  let count = 0;
  for await (const { runId } of lab.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const { events } = await lab.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const all = events ?? [];
    const late = all.filter((event) => event.workflowTaskTimedOutEventAttributes != null).length;
    const rung = all.filter((event) => event.timerFiredEventAttributes != null).length;
    const looks = all.filter(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'readReplication',
    ).length;
    count += all.length - 3 * late - 6 * looks - 5 * rung;
  }
  return count;
}
