import type { Client } from '@temporalio/client';
import { onQueuesOf } from '../../contract/queues.js';

/**
 * Ends what a test leaves open on its task queue: it would keep asking for workers that are gone, and every list of runs would
 * wait for its report until its time is over.
 */
export async function terminateAll(client: Client, taskQueue: string): Promise<void> {
  const open = client.workflow.list({ query: `${onQueuesOf(taskQueue)} AND ExecutionStatus = 'Running'` });
  for await (const { workflowId } of open) {
    await client.workflow
      .getHandle(workflowId)
      .terminate('the test is over')
      .catch(() => undefined);
  }
}
