/** When a task ended: as it was seen, and as the site says by its own clock. Pure. */
import type { Notice, Watch } from '../contract/operation.js';
import { plausibleTime, type Task } from '../vcda/index.js';

export function toldAtEnd(
  { phase }: Pick<Watch, 'phase'>,
  task: Task | undefined,
  now: number,
): Pick<Notice, 'at' | 'endedAt'> {
  if (phase !== 'task' || task === undefined) return { at: now };
  return { at: now, endedAt: plausibleTime(task.endTime) };
}
