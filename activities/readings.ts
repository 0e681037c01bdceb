/** What is read of sites for one check, or one listing, is read once, however many pieces it is made in. */

/** ms for which it is kept after it was asked for last */
const KEPT = 3 * 60_000;
const MOST = 4;

export class Readings {
  readonly #byCheck = new Map<string, { at: number; read: Map<string, Promise<unknown>> }>();

  /** What `load` gives, asked for once under a key; what fails is asked for again. */
  once<T>(check: string, key: string, load: () => Promise<T>): Promise<T> {
    const now = Date.now();
    for (const [id, { at }] of this.#byCheck) if (now - at > KEPT) this.#byCheck.delete(id);
    const kept = this.#byCheck.get(check) ?? { at: now, read: new Map<string, Promise<unknown>>() };
    // The one that was asked for last is the last to be forgotten.
    this.#byCheck.delete(check);
    this.#byCheck.set(check, { ...kept, at: now });
    for (const id of [...this.#byCheck.keys()].slice(0, -MOST)) this.#byCheck.delete(id);
    const known = kept.read.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const reading = load();
    kept.read.set(key, reading);
    reading.catch(() => kept.read.delete(key));
    return reading;
  }
}
