/** Whether the workflow of a unit has heard what its run or drill has told it. */
import { ordersSignal } from '../../contract/messages.js';
import type { Lab } from './lab.js';
import { until } from './until.js';

interface Event {
  workflowExecutionSignaledEventAttributes?: { signalName?: string | null } | null;
  workflowTaskStartedEventAttributes?: unknown;
}

/** The unit must have had nothing to be told before. */
export async function untilTold({ client }: Lab, workflowId: string): Promise<void> {
  await until(async () => (await client.workflow.getHandle(workflowId).fetchHistory()).events ?? [], isTold);
}

function isTold(events: Event[]): boolean {
  const at = events.findIndex((one) => one.workflowExecutionSignaledEventAttributes?.signalName === ordersSignal.name);
  return at >= 0 && events.slice(at).some((one) => one.workflowTaskStartedEventAttributes != null);
}
