/** Workers that ask for work, as clients see it. */
import { pairQueue, siteQueue } from '../../contract/queues.js';
import { isPolled } from '../../temporal/pollers.js';
import type { Lab } from './lab.js';
import { until } from './until.js';

/** Until the server has seen the lab's worker ask at each of its queues: one that has just begun has no pollers yet. */
export async function listening(of: Pick<Lab, 'client' | 'taskQueue' | 'source' | 'destination'>): Promise<void> {
  const { client, taskQueue, source, destination } = of;
  const queues = [siteQueue(taskQueue, source), siteQueue(taskQueue, destination)];
  queues.push(pairQueue(taskQueue, source, destination));
  await until(
    () => Promise.all([isPolled(client, taskQueue), ...queues.map((queue) => isPolled(client, queue, 'activity'))]),
    (polled) => polled.every(Boolean),
  );
}
