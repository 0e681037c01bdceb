/** What many ask for at once is read once for all of them: those who ask while it is read share the next reading. */
export class SharedReading<Asked, Read> {
  readonly #load: (asked: Asked[]) => Promise<Read>;
  #waiting: Asked[] = [];
  #next: Promise<Read> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** @param load is told what all of those who share it have asked */
  constructor(load: (asked: Asked[]) => Promise<Read>) {
    this.#load = load;
  }

  /** As it is now: read after this was called. */
  read(asked: Asked): Promise<Read> {
    this.#waiting.push(asked);
    if (this.#next !== null) return this.#next;
    const next = this.#last.then(() => {
      const all = this.#waiting;
      this.#waiting = [];
      this.#next = null;
      return this.#load(all);
    });
    this.#next = next;
    this.#last = next.catch(() => {});
    return next;
  }
}
