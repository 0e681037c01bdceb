/** What has been learned of each list of a site, by its path. */
export class ByPath<T> {
  readonly #make: () => T;
  readonly #known = new Map<string, T>();

  /** @param make for a list of which nothing is known yet */
  constructor(make: () => T) {
    this.#make = make;
  }

  of(path: string): T {
    const known = this.#known.get(path) ?? this.#make();
    this.#known.set(path, known);
    return known;
  }
}
