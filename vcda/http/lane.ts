/** One at a time, in the order in which they come. */
import { raced } from './raced.js';

export class Lane {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves when the turns of all who came before are over; rejects with the reason of an aborted `signal`. */
  async enter(signal?: AbortSignal): Promise<Turn> {
    const before = this.#last;
    const turn = new Turn();
    this.#last = before.then(() => turn.over);
    try {
      await raced(before, signal);
    } catch (error) {
      turn.end();
      throw error;
    }
    return turn;
  }
}

export class Turn {
  readonly over: Promise<void>;
  #resolve: (() => void) | undefined;

  constructor() {
    this.over = new Promise<void>((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** @param rest ms for which nobody follows */
  end(rest = 0): void {
    if (rest > 0) setTimeout(() => this.#resolve?.(), rest).unref();
    else this.#resolve?.();
  }
}
