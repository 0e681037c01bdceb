/** Names that could not be looked up: all of them are told at once, and nothing is begun. */
import { type Ambiguous, BadNames, type NothingFound } from './errors.js';

export class UnclearNames {
  readonly #found = new Map<string, Ambiguous | NothingFound>();

  add(error: Ambiguous | NothingFound): void {
    this.#found.set(error.message, error);
  }

  /** @throws NothingFound, Ambiguous: of the only one; BadNames of several */
  refuse(): void {
    const [only, ...others] = this.#found.values();
    if (only !== undefined) throw others.length === 0 ? only : new BadNames([...this.#found.keys()]);
  }
}
