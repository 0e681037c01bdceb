/** When a task ended: as it was seen, and as the site says by its own clock. Pure. */
import type { Notice } from '../contract/notice.js';
import type { Watch } from '../contract/watch.js';
import { contradictsItself, plausibleTime, type Task } from '../vcda/index.js';

export function toldAtEnd(
  { phase }: Pick<Watch, 'phase'>,
  task: Task | undefined,
  now: number,
): Pick<Notice, 'at' | 'endedAt'> {
  // Of one that goes on as well, the replication has decided when it is over.
  if (phase !== 'task' || task === undefined || contradictsItself(task)) return { at: now };
  const [began, ended] = [plausibleTime(task.startTime), plausibleTime(task.endTime)];
  // No task ends before it begins, nor at that moment.
  return { at: now, endedAt: began !== null && ended !== null && ended <= began ? null : ended };
}
