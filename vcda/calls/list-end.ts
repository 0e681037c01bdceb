/** Finding things by their ids in a list that ignores which are asked for: what is under way was begun last, and so stands at its end. */
import type { Page } from '../schemas/page.js';
import type { CallOptions } from './call-options.js';
import { idOf } from './unreadable.js';

/** What may have been added since the end was seen, without a further page. */
const ROOM = 20;

type ReadPage = (query: { offset: number; limit: number }, options?: CallOptions) => Promise<Page<unknown>>;

export class ListEnd {
  readonly #page: number;
  /** as of the last answer; null: its end tells nothing, as far as is known */
  #total: number | null = null;

  /** @param page the most that a page holds */
  constructor(page: number) {
    this.#page = page;
  }

  get total(): number | null {
    return this.#total;
  }

  get isKnown(): boolean {
    return this.#total !== null;
  }

  /** @param total of all that the list holds, strangers included */
  seen(total: number | null | undefined): void {
    this.#total = Number.isSafeInteger(total) ? (total as number) : null;
  }

  /** Those of the items that stand near the end, in as few pages as they fill and one more; the end is forgotten when none does. */
  async find(ids: string[], read: ReadPage, options?: CallOptions): Promise<{ id: string; one: unknown }[]> {
    const wanted = new Set<unknown>(ids);
    const found = new Map<string, unknown>();
    const most = 1 + Math.ceil(ids.length / this.#page);
    let first = Math.max(0, (this.#total ?? 0) + ROOM - this.#page);
    let end = first;
    const look = async (offset: number): Promise<number> => {
      const { items, total } = await read({ offset, limit: this.#page }, options);
      for (const one of items) {
        const id = idOf(one);
        if (id !== null && wanted.has(id)) found.set(id, one);
      }
      end = Math.max(end, offset + items.length);
      this.seen(total);
      return items.length;
    };
    let pages = 1;
    await look(first);
    // More was added than there was room for.
    for (; pages < most && this.#total !== null && this.#total > end && found.size < wanted.size; pages += 1)
      if ((await look(end)) === 0) break;
    for (let before = 0; pages < most && first > 0 && found.size > before && found.size < wanted.size; pages += 1) {
      before = found.size;
      first = Math.max(0, first - this.#page);
      await look(first);
    }
    if (found.size === 0) this.#total = null;
    return [...found].map(([id, one]) => ({ id, one }));
  }
}
