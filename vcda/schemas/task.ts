/** The long-running job of an operation, and how it ends. */
import { z } from 'zod';
import { anyError, id, maybeText, maybeVcdId } from './common.js';
import { maybeEnd, maybePercent, maybeTime } from './figures.js';

/** [seed] times are epoch ms; `endTime` is -1 until the task ends; `progress` in percent */
export const task = z.looseObject({
  id,
  state: maybeText,
  progress: maybePercent,
  user: maybeText,
  startTime: maybeTime,
  endTime: maybeEnd,
  lastUpdated: maybeTime,
  site: maybeText,
  error: anyError.nullish(),
  /** only of a success; its type depends on the operation */
  result: z.unknown().optional(),
  resultType: maybeText,
  /** `{ error, cause }`, both error bodies [doc B46] */
  warnings: z.array(z.unknown()).nullish(),
  workflowInfo: z
    .looseObject({ type: maybeText, resourceType: maybeText, resourceId: maybeVcdId, resourceName: maybeText })
    .nullish(),
});
export type Task = z.infer<typeof task>;

/**
 * Whether and how a task has ended. A state that Drover does not know and that has no end time means: still running
 * [client terraform-provider-vcda loops on QUEUED].
 * @example
 * ```ts
 * import { taskEnd } from 'drover/vcda';
 *
 * const end = taskEnd(await sites.get('lyon').task('task-id'));
 * ```
 */
export function taskEnd(t: Task): 'succeeded' | 'failed' | null {
  if (t.state === 'SUCCEEDED') return 'succeeded';
  if (t.state === 'FAILED') return 'failed';
  if (t.state === 'RUNNING' || t.state === 'QUEUED') return null;
  return hasEndTime(t) ? 'failed' : null;
}

const hasEndTime = ({ endTime }: Task): boolean => typeof endTime === 'number' && endTime > 0;

/**
 * Whether a task says that it runs and, with the time of its end, that it does not.
 * @example
 * ```ts
 * import { contradictsItself } from 'drover/vcda';
 *
 * if (contradictsItself(await sites.get('lyon').task('task-id'))) console.warn('it ended, and says that it runs');
 * ```
 */
export const contradictsItself = (t: Task): boolean => taskEnd(t) === null && hasEndTime(t);
