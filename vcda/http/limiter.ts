/** How fast calls may leave for one site: at most so many in any second, changed while calls wait for their turn. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Line } from './line.js';
import { raced } from './raced.js';

/** ms */
const SECOND = 1_000;
/** Of a rest: ms. */
const LONGEST = 3_600_000;
/** So long before its slot a call looks again how many they are, since that may take longer than the slot: ms. */
const AHEAD = 1_000;
/** How long what was got ready may wait for its slot: ms. */
const LONGEST_LEAD = 2_000;

/** Among how many a site's rate is divided, and which of them this one is: 0 for the first. */
export interface Part {
  count: number;
  place: number;
}

/** How a site's rate is divided at the moment; it is asked for before each call, and ends when that may leave. Never rejects. */
export type Among = () => Promise<Part>;

const ALONE: Part = { count: 1, place: 0 };

interface Departure {
  /** ms of a clock that nobody sets */
  at: number;
}

/**
 * Counts what leaves, at the moment when it does: whatever a call has still to wait for, those that waited for it together do
 * not leave together.
 */
export class Limiter {
  /** of all who share it */
  #perSecond: number;
  #among: Among = () => Promise.resolve(ALONE);
  /** of this one, as it was counted last */
  #rate: number;
  /** of those who are more than may send in a second; null: each of all may send in any */
  #slot: Slot | null = null;
  /** those that still count, in their order */
  #left: Departure[] = [];
  /** those that come again go first */
  readonly #lines = { first: new Line(), again: new Line() };
  /** Each ends the rest of a call at the head of its line. */
  readonly #wakes = new Set<() => void>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#rate = perSecond;
  }

  /**
   * Resolves when the next call may leave.
   * @param ready awaited last, right before the call leaves; where it takes so long that others have left meanwhile, the call
   *   takes another turn, and then it is asked again: every other time ahead of the line, since a line that is longer than what
   *   `ready` finds out holds would keep it for ever
   * @throws the reason of an aborted `signal`; what `ready` throws
   */
  async turn(signal?: AbortSignal, ready?: () => Promise<void>): Promise<void> {
    const { first, again } = this.#lines;
    let lead = 0;
    for (let line = first; ; line = line === first ? again : first) {
      const departure = await line.turn(() => this.#atHead(line, lead, signal), signal);
      if (ready === undefined) return;
      const asked = performance.now();
      await ready();
      lead = Math.max(lead, performance.now() - asked);
      if (await this.#leaves(departure, lead, signal)) return;
    }
  }

  setRate(perSecond: number): void {
    this.#perSecond = perSecond;
    this.#wakeAll();
  }

  /** From now on the rate is that of several together. */
  divide(among: Among): void {
    this.#among = among;
    this.#wakeAll();
  }

  /** @param lead how long before it leaves it has its turn, where slots are short: ms */
  async #atHead(line: Line, lead: number, signal?: AbortSignal): Promise<Departure> {
    for (;;) {
      signal?.throwIfAborted();
      // What was counted before a long wait holds no more.
      const part = await raced(this.#among(), signal);
      this.#rate = shareOf(this.#perSecond, part.count);
      this.#slot = this.#rate < 1 && part.count > 1 ? slotOf(this.#perSecond, part) : null;
      const { again } = this.#lines;
      if (line !== again && again.length > 0) {
        await raced(again.over, signal);
        continue;
      }
      const departure = { at: performance.now() };
      const wait = this.#untilRoomAt(departure.at, lead);
      if (wait <= 0) {
        this.#left.push(departure);
        return departure;
      }
      await this.#rest(this.#slot !== null && wait > 2 * AHEAD ? wait - AHEAD : wait, signal);
    }
  }

  /**
   * Whether there is still room for it: then it counts from now on.
   * @param lead as it had its turn, and how long it took to get ready: it waits no longer for its slot, ms
   */
  async #leaves(departure: Departure, lead: number, signal?: AbortSignal): Promise<boolean> {
    const early = this.#slot === null ? 0 : untilSlot(this.#slot, Date.now());
    if (early > 0 && early <= this.#leadOf(lead)) await this.#rest(early, signal);
    this.#left = this.#left.filter((one) => one !== departure);
    signal?.throwIfAborted();
    const at = performance.now();
    if (this.#untilRoomAt(at) > 0) return false;
    this.#left.push({ at });
    return true;
  }

  /** What takes longer than half a round of slots leaves by chance. */
  #leadOf(lead: number): number {
    return this.#slot === null ? 0 : Math.min(lead, LONGEST_LEAD, this.#slot.every / 2 - this.#slot.lasts);
  }

  /** @returns ms until another call may leave, or be so far before it that it gets ready */
  #untilRoomAt(now: number, lead = 0): number {
    // A rate below one, or with a fraction, becomes a longer interval: half a call cannot be sent.
    const limit = Math.max(1, Math.ceil(this.#rate));
    const interval = (SECOND * limit) / this.#rate;
    const counts = Math.max(interval, SECOND);
    while (this.#left[0] !== undefined && this.#left[0].at <= now - counts) this.#left.shift();
    const before = this.#left.at(-limit);
    if (this.#left.length >= limit && before !== undefined) {
      const rest = before.at + interval - now - this.#leadOf(lead);
      // One that left late in its slot may leave on time in the next.
      if (this.#slot === null || rest > this.#slot.lasts) return rest;
    }
    return this.#slot === null ? 0 : untilSlot(this.#slot, Date.now() + this.#leadOf(lead));
  }

  /** @param ms a timer may end a little early, and a long one is cut: whoever rests looks again */
  async #rest(ms: number, signal?: AbortSignal): Promise<void> {
    const over = new AbortController();
    const wake = () => over.abort();
    this.#wakes.add(wake);
    signal?.addEventListener('abort', wake, { once: true });
    await sleep(Math.min(Math.ceil(ms), LONGEST), undefined, { signal: over.signal }).catch(() => {});
    signal?.removeEventListener('abort', wake);
    this.#wakes.delete(wake);
  }

  #wakeAll(): void {
    for (const wake of this.#wakes) wake();
  }
}

/** When one of many may send, by the clock of its machine: ms. */
interface Slot {
  /** from one of its slots to the next */
  every: number;
  /** of 1970, and each `every` after it */
  from: number;
  lasts: number;
}

/**
 * Where more share a rate than may send in a second, each of them once in its interval could mean all of them at once: they
 * take turns instead, by the clock, as far as those of their machines agree. Half of each turn is kept free, for what leaves
 * late.
 */
function slotOf(perSecond: number, { count, place }: Part): Slot {
  const turn = SECOND / perSecond;
  return { every: turn * count, from: turn * place, lasts: turn / 2 };
}

/** @returns ms; 0: it is now */
function untilSlot({ every, from, lasts }: Slot, now: number): number {
  const into = (((now - from) % every) + every) % every;
  return into < lasts ? 0 : every - into;
}

/** Half a call cannot be sent: as many whole ones as all may send together without more than the rate in any second. */
function shareOf(perSecond: number, count: number): number {
  const share = perSecond / Math.max(1, count);
  return count > 1 && share >= 1 ? Math.floor(share) : share;
}
