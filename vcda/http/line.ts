/** Those who take their turn one after the other, in the order in which they come. */
import { raced } from './raced.js';

export class Line {
  #over: Promise<unknown> = Promise.resolve();
  #length = 0;

  /** Ends when the last that is in it by now has had its turn. */
  get over(): Promise<unknown> {
    return this.#over;
  }

  get length(): number {
    return this.#length;
  }

  /** @param turn begins once all who came before have had theirs @throws what it throws; the reason of an aborted `signal` */
  turn<T>(turn: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#length += 1;
    const own = this.#over.then(turn).finally(() => {
      this.#length -= 1;
    });
    this.#over = own.catch(() => {});
    return raced(own, signal);
  }
}
