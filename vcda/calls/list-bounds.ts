/** How much of a list is read: one that never ends is a fault of the site, not a reason to read for ever. */
import { Lane, type Turn } from '../http/lane.js';

const MOST_PAGES = 1_000;
/** Of all its pages: 25,000 replications. */
const MOST_BYTES = 128 * 2 ** 20;
/** ms */
const LONGEST = 15 * 60_000;
/** Above it, lists of a site are read one at a time: those who want them are many, and all of them are kept in memory. */
const LARGE = 2 ** 20;

/** The lists of a site. */
export class Lists {
  readonly #large = new Lane();

  begin(): ListReading {
    return new ListReading(this.#large);
  }
}

export class ListReading {
  readonly #lane: Lane;
  readonly #since = performance.now();
  #pages = 0;
  #bytes = 0;
  #turn: Turn | null = null;

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  /** To be told of each page, before the next is read. Returns what is too much; null: nothing. */
  async page(bytes: number, signal: AbortSignal | undefined): Promise<string | null> {
    this.#pages += 1;
    this.#bytes += bytes;
    if (this.#pages >= MOST_PAGES) return `the list has not ended after ${MOST_PAGES} pages`;
    if (this.#bytes > MOST_BYTES) return `the list has not ended after ${MOST_BYTES} bytes`;
    if (performance.now() - this.#since > LONGEST) return `the list has not ended after ${LONGEST / 60_000} minutes`;
    if (this.#bytes > LARGE) this.#turn ??= await this.#lane.enter(signal);
    return null;
  }

  end(): void {
    this.#turn?.end();
  }
}
