/**
 * Workflows of sites and VMs go by names of the namespace: of two Drovers in it that have a site of one name, on task queues of
 * their own, each would be worked by the workers of the other, with their logins. So a worker looks before it takes its first task.
 */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { siteWorkflowId } from '../contract/names.js';

/** A site of this config is watched on another task queue. */
export class OtherWorld extends Error {
  override readonly name = 'OtherWorld';
  /** the next step for a person */
  readonly advice: string;

  constructor(taskQueue: string, found: { site: string; taskQueue: string }[]) {
    const others = found.map((one) => `site ${one.site} on task queue ${one.taskQueue}`).join(', ');
    super(
      `Another Drover works in this namespace: ${others}; the config of this worker names task queue ${taskQueue}.`,
    );
    const ids = found.map(({ site }) => siteWorkflowId(site));
    this.advice =
      'give this one a namespace of its own (TEMPORAL_NAMESPACE), or the same worker.taskQueue. If no worker listens there any ' +
      `more and no run is open: ${ids.map((id) => `temporal workflow terminate --workflow-id ${id}`).join('; ')}`;
  }
}

/** @param sites of the config @throws {@link OtherWorld} */
export async function requireOneWorld(client: Client, taskQueue: string, sites: string[]): Promise<void> {
  const watched = await Promise.all(sites.map((site) => queueOf(client, site)));
  const others = watched.flatMap((queue, at) =>
    queue === null || queue === taskQueue ? [] : [{ site: sites[at] ?? '', taskQueue: queue }],
  );
  if (others.length > 0) throw new OtherWorld(taskQueue, others);
}

/** Of the workflow that watches a site; null: there is none. */
async function queueOf(client: Client, site: string): Promise<string | null> {
  try {
    const { status, taskQueue } = await client.workflow.getHandle(siteWorkflowId(site)).describe();
    return status.name === 'RUNNING' ? taskQueue : null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
