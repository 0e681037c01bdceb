/** Characters of JSON in one page; a page holds at least one item. */
const PAGE = 120 * 1024;

/**
 * The items after an id, as many as one message carries with ease. Pure.
 * @param all in the order of their ids @param after null: from the first on
 */
export function pageAfter<T extends { id: string }>(
  all: T[],
  after: string | null,
): { items: T[]; next: string | null } {
  const left = after === null ? all : all.filter(({ id }) => id > after);
  let size = 0;
  const over = left.findIndex((item, n) => {
    size += JSON.stringify(item).length;
    return n > 0 && size > PAGE;
  });
  const items = over === -1 ? left : left.slice(0, over);
  return { items, next: over === -1 ? null : (items.at(-1)?.id ?? null) };
}
