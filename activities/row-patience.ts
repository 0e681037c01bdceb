/** Since when each row of the error table has answered an activity, over its attempts: the patience of a row is its own. */
import type { ErrorRow } from '../vcda/index.js';

/** At least twice as long as a site may ask a call to wait: ms. */
const ANEW_AFTER = 20 * 60_000;

/** epoch ms */
interface Answers {
  first: number;
  last: number;
}

export class RowPatience {
  readonly #rows: Map<string, Answers>;

  /** @param details what the attempt before has left, as {@link rows} told it */
  constructor(details: unknown) {
    this.#rows = new Map(Object.entries(rowsIn(details)).filter(([, row]) => isAnswers(row)));
  }

  /**
   * When this row first gave an answer, this one included. One that has not for long answers anew: between
   * two of its answers something else was the matter.
   * @param now epoch ms
   */
  since({ key, retry }: Pick<ErrorRow, 'key' | 'retry'>, now: number): number {
    const known = this.#rows.get(key);
    const isAnew = known === undefined || now - known.last > Math.max(2 * retry.max, ANEW_AFTER);
    const first = isAnew ? now : known.first;
    this.#rows.set(key, { first, last: now });
    return first;
  }

  /** For the next attempt. */
  get rows(): Record<string, Answers> {
    return Object.fromEntries(this.#rows);
  }
}

/** A heartbeat may be of another version. */
function rowsIn(details: unknown): Record<string, Answers> {
  const { rows = {} } = (details ?? {}) as { rows?: Record<string, Answers> };
  return rows;
}

const isAnswers = (row: Partial<Answers> | null): boolean =>
  typeof row?.first === 'number' && typeof row.last === 'number';
