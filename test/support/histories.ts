import type { Client } from '@temporalio/client';

/** Event types of a workflow's newest execution, in order. */
export async function eventTypes(client: Client, workflowId: string): Promise<string[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).map((event) => String(event.eventType));
}
