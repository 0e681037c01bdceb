/** Whether workers listen on a task queue, as the server has seen them ask. */
import type { Client } from '@temporalio/client';

/**
 * Workers ask for work in long polls of about a minute, and the server remembers when each began; one that has not
 * asked for longer than this is gone, though the server lists it for five minutes. ms
 */
export const POLLED_WITHIN = 75_000;

/** temporal.api.enums.v1.TaskQueueType */
const WORKFLOW_TASKS = 1;

/** Whether a worker has asked for workflow tasks lately. One that was killed within the last minute still counts. */
export async function isPolled(client: Client, taskQueue: string): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOW_TASKS,
  });
  const since = Date.now() - POLLED_WITHIN;
  return (pollers ?? []).some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > since);
}
