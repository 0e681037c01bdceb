/** One value for all who use it at once: opened by the first, closed by the last. */
export class Shared<T> {
  readonly #open: () => Promise<T>;
  readonly #close: (value: T) => Promise<void>;
  #users = 0;
  #value: Promise<T> | undefined;

  constructor(open: () => Promise<T>, close: (value: T) => Promise<void>) {
    this.#open = open;
    this.#close = close;
  }

  take(): Promise<T> {
    this.#users += 1;
    this.#value ??= this.#open();
    return this.#value;
  }

  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0 || this.#value === undefined) return;
    const value = this.#value;
    this.#value = undefined;
    await this.#close(await value);
  }
}
