/** A list that comes in pages. */
interface Page<Item, After> {
  items: Item[];
  /** after which the next page begins; null: there is none */
  next: After | null;
}

/** @param ask for the page after that; null: for the first @throws what it throws */
export async function everyPage<Item, After>(
  ask: (after: After | null) => Promise<Page<Item, After> | null>,
): Promise<Item[]> {
  const found: Item[] = [];
  let after: After | null = null;
  do {
    const page: Page<Item, After> | null = await ask(after);
    found.push(...(page?.items ?? []));
    after = page?.next ?? null;
  } while (after !== null);
  return found;
}
