/** An item of a list that does not fit the API: one of many must not hide the others, and must not be lost in silence. */
import type { z } from 'zod';

export interface UnreadableItem {
  /** of the list */
  path: string;
  /** its place in the list, from 0 */
  place: number;
  /** null: it names none */
  id: string | null;
  /** as it was given; not to be logged or shown */
  given: unknown;
  /** in words, with its place and its id */
  detail: string;
}

export function unreadableItem(path: string, given: unknown, place: number, error: z.ZodError): UnreadableItem {
  const id = idOf(given);
  const issue = error.issues[0];
  const why = [issue?.path.join('.'), issue?.message].filter((part) => part !== undefined && part !== '').join(' ');
  return { path, place, id, given, detail: `item ${place}${id === null ? '' : ` (${id})`} cannot be read: ${why}` };
}

/** null: it is no item with an id. */
export function idOf(one: unknown): string | null {
  return typeof one === 'object' && one !== null && 'id' in one && typeof one.id === 'string' && one.id !== ''
    ? one.id
    : null;
}

/** Most that are remembered of one site. */
const MOST = 1_000;

/** What of a site could not be read so far, each item once however often it is listed. */
export class UnreadableItems {
  readonly #seen = new Map<string, { item: UnreadableItem; lastAt: number }>();

  isNew(item: UnreadableItem): boolean {
    const key = `${item.path} ${item.id ?? item.place}`;
    const isKnown = this.#seen.has(key);
    if (!isKnown && this.#seen.size >= MOST) return false;
    this.#seen.set(key, { item, lastAt: Date.now() });
    return !isKnown;
  }

  /** `lastAt`: when it was listed last, ms */
  get all(): { item: UnreadableItem; lastAt: number }[] {
    return [...this.#seen.values()];
  }
}
