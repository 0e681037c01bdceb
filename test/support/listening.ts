/** Workers that ask for work, as clients see it. */
import { pairQueue, siteQueue } from '../../contract/queues.js';
import { DEFAULT_LOGIN } from '../../plan/types.js';
import { isPolled } from '../../temporal/pollers.js';
import type { Lab } from './lab.js';
import { until } from './until.js';

/** Until the server has seen the lab's worker ask at each of its queues: one that has just begun has no pollers yet. */
export async function listening(
  of: Pick<Lab, 'client' | 'taskQueue' | 'source' | 'destination'> & { config?: Lab['config'] },
): Promise<void> {
  const { client, taskQueue, source, destination, config } = of;
  const logins = [DEFAULT_LOGIN, ...Object.keys(config?.sites[destination]?.logins ?? {})];
  const queues = logins.flatMap((login) => [
    siteQueue(taskQueue, source, login),
    siteQueue(taskQueue, destination, login),
    pairQueue(taskQueue, source, destination, { [source]: login, [destination]: login }),
  ]);
  await until(
    () => Promise.all([isPolled(client, taskQueue), ...queues.map((queue) => isPolled(client, queue, 'activity'))]),
    (polled) => polled.every(Boolean),
  );
}
