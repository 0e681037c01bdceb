/** Which runs go first for a site's places by their priority, so that none waits behind higher ones for ever: pure. */
import { PRIORITIES, type Priority } from '../../contract/site.js';
import { inTurns, type Waiting } from './turns.js';

/** So many places go to higher ones while a lower one waits; the next is its. */
const MOST_PASSED = 8;

interface Prioritized extends Waiting {
  /** absent: `normal` */
  priority?: Priority;
}

const priorityOf = ({ priority = 'normal' }: Prioritized): Priority => priority;

export class Priorities {
  /** by queue and priority, how many places higher ones have got since the last of it did */
  readonly #passed: Map<string, number>;

  constructor(passed: Record<string, number> = {}) {
    this.#passed = new Map(Object.entries(passed));
  }

  get carried(): Record<string, number> {
    return Object.fromEntries(this.#passed);
  }

  /**
   * As {@link inTurns}, by which runs of one priority take turns; those of a higher one go first, but for one place in nine.
   * @param name of the queue
   */
  serve<W extends Prioritized>(
    name: string,
    queue: W[],
    holding: Pick<Waiting, 'run' | 'places'>[],
    limit: number,
  ): { served: W[]; queue: W[]; isKept: boolean } {
    const waiting = new Map(PRIORITIES.map((one) => [one, queue.filter((asks) => priorityOf(asks) === one)]));
    const served: W[] = [];
    for (;;) {
      const { served: next, isKept } = this.#next(name, waiting, [...holding, ...served], limit);
      served.push(...next);
      if (isKept || next.length === 0) return { served, queue: [...waiting.values()].flat(), isKept };
    }
  }

  /** Serves one, or all that there are places for where no others wait. */
  #next<W extends Prioritized>(
    name: string,
    waiting: Map<Priority, W[]>,
    held: Pick<Waiting, 'run' | 'places'>[],
    limit: number,
  ): { served: W[]; isKept: boolean } {
    const asking = PRIORITIES.filter((one) => (waiting.get(one) ?? []).length > 0);
    const isDue = (one: Priority): boolean => (this.#passed.get(`${name} ${one}`) ?? 0) >= MOST_PASSED;
    for (const priority of [...asking.filter(isDue).reverse(), ...asking]) {
      const atMost = asking.length === 1 ? Number.POSITIVE_INFINITY : 1;
      const { served, queue, isKept } = inTurns(waiting.get(priority) ?? [], held, limit, atMost);
      if (served.length === 0 && isKept) return { served, isKept };
      if (served.length === 0) continue;
      waiting.set(priority, queue);
      this.#passed.delete(`${name} ${priority}`);
      for (const lower of asking.slice(asking.indexOf(priority) + 1)) {
        const key = `${name} ${lower}`;
        this.#passed.set(key, (this.#passed.get(key) ?? 0) + 1);
      }
      return { served, isKept };
    }
    return { served: [], isKept: false };
  }
}
