import type { Clock } from '../clock.js';

interface Event {
  at: number;
  seq: number;
  run: () => void;
}

/**
 * The world's future, a binary heap ordered by simulated time, then by insertion. Nobody waits on a timer of their own:
 * whoever looks at the world first lets everything happen that is due ({@link settle}), each event seeing its own time.
 */
export class EventQueue {
  readonly #heap: Event[] = [];
  readonly #clock: Clock;
  #seq = 0;
  #time: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#time = clock.now();
  }

  /** Simulated now; never runs backwards, and stands still while a due event is handled. */
  get now(): number {
    return this.#time;
  }

  get size(): number {
    return this.#heap.length;
  }

  after(delay: number, run: () => void): void {
    this.at(this.#time + Math.max(0, delay), run);
  }

  at(time: number, run: () => void): void {
    this.#heap.push({ at: Math.max(time, this.#time), seq: this.#seq++, run });
    this.#up(this.#heap.length - 1);
  }

  settle(): void {
    const until = this.#clock.now();
    for (let next = this.#heap[0]; next !== undefined && next.at <= until; next = this.#heap[0]) {
      this.#pop();
      this.#time = next.at;
      next.run();
    }
    this.#time = Math.max(this.#time, until);
  }

  #before(a: Event, b: Event): boolean {
    return a.at < b.at || (a.at === b.at && a.seq < b.seq);
  }

  #up(start: number): void {
    const heap = this.#heap;
    const event = heap[start] as Event;
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent] as Event;
      if (!this.#before(event, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Event;
    const size = heap.length;
    if (size === 0) return;
    let i = 0;
    for (let child = 1; child < size; child = 2 * i + 1) {
      const right = child + 1;
      if (right < size && this.#before(heap[right] as Event, heap[child] as Event)) child = right;
      if (!this.#before(heap[child] as Event, last)) break;
      heap[i] = heap[child] as Event;
      i = child;
    }
    heap[i] = last;
  }
}
