/** The library as a program of somebody uses it, against a lab. */
import { connectDrover, type Drover } from '../../client/index.js';
import type { Lab } from './lab.js';

export async function withDrover(lab: Lab, act: (drover: Drover) => Promise<void>): Promise<void> {
  const drover = await connectDrover({
    env: { DROVER_ACTOR: 'ann@acme' },
    command: 'a test',
    address: process.env.DROVER_TEST_TEMPORAL ?? '',
    taskQueue: lab.taskQueue,
  });
  try {
    await act(drover);
  } finally {
    await drover.close();
  }
}
