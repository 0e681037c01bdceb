/** What ended since a moment, in one question for any number of tasks [doc V35 + VSP tasks/get `endTimeAfter`]. */
import { VcdaError } from '../errors/errors.js';
import { type Task, task } from '../schemas/task.js';
import type { CallOptions } from './call-options.js';
import { refusesIds } from './ids-per-call.js';
import { PAGE_LIMIT } from './lists.js';
import type { SiteHttp } from './site-http.js';

/**
 * `unfiltered`: the answer holds what had not ended by then, or contradicts itself, or the site refuses the question;
 * `many`: it does not end within the pages that were allowed.
 */
export type EndedTasks = { is: 'told'; tasks: Task[] } | { is: 'unfiltered' } | { is: 'many' };

/**
 * @param moment of the site's own clock, strictly after which they ended: epoch ms
 * @param most pages that are read
 * @throws VcdaError where the site gives no answer
 */
export type EndedAfter = (moment: number, most: number, options?: CallOptions) => Promise<EndedTasks>;

export function endedTaskCalls({ readPage, fitting }: Pick<SiteHttp, 'readPage' | 'fitting'>) {
  const tasksEndedAfter: EndedAfter = async (moment, most, options) => {
    const found = new Map<string, Task>();
    let offset = 0;
    try {
      for (let n = 0; n < most; n += 1) {
        const part = await readPage('/tasks', { endTimeAfter: moment, offset, limit: PAGE_LIMIT }, options);
        const tasks = fitting(task, part.items, '/tasks', { unreadable: () => undefined, ...options });
        if (!tasks.every(({ endTime }) => typeof endTime === 'number' && endTime > moment)) return { is: 'unfiltered' };
        const before = found.size;
        for (const one of tasks) found.set(one.id, one);
        offset += part.items.length;
        const total = part.total ?? null;
        if (part.bare || (total !== null && total === offset)) return { is: 'told', tasks: [...found.values()] };
        // Nothing more though there is said to be: what it leaves out may be what was asked for.
        if (found.size === before)
          return total === null || total < offset ? { is: 'told', tasks: [...found.values()] } : { is: 'unfiltered' };
      }
    } catch (error) {
      if (error instanceof VcdaError && refusesIds(error)) return { is: 'unfiltered' };
      throw error;
    }
    return { is: 'many' };
  };
  return { tasksEndedAfter };
}
