/** When something that nobody tells is asked for again: ever more seldom while there is somebody to ask about. */
import { type Growth, growing } from '../../contract/growing.js';

/** What many wait for comes in many words, which are asked about at once: ms. */
const SOON = 2_000;

export class Check {
  readonly #growth: Growth & { longest: number };
  #pauses: Generator<number, void>;
  /** epoch ms; 0: not set */
  #due = 0;
  /** when it was asked last: epoch ms; 0: never */
  #askedAt = 0;

  constructor(growth: Growth & { longest: number }) {
    this.#growth = growth;
    this.#pauses = growing(growth);
  }

  /** There is news: it is asked soon again. */
  restart(): void {
    this.#due = 0;
  }

  /** Somebody waits for the answer: it is asked at once, or as soon as that is not too often. */
  hasten(now: number): void {
    const soon = Math.max(now + SOON, this.#askedAt + this.#growth.first);
    if (this.#due !== 0 && this.#due <= soon) return;
    this.#pauses = growing(this.#growth);
    this.#due = soon;
  }

  /** @param subjects whom it is asked about @returns ms until it is asked; infinite when there is nobody */
  wait(subjects: number, now: number): number {
    if (subjects === 0) {
      this.#due = 0;
      return Number.POSITIVE_INFINITY;
    }
    if (this.#due === 0) {
      this.#pauses = growing(this.#growth);
      this.#due = now + this.#nextPause();
    }
    return this.#due - now;
  }

  /** Whether it is to be asked now; then its next time is set. */
  isDue(subjects: number, now: number): boolean {
    if (this.wait(subjects, now) > 0) return false;
    this.#askedAt = now;
    this.#due = now + this.#nextPause();
    return true;
  }

  #nextPause(): number {
    return this.#pauses.next().value ?? this.#growth.longest;
  }
}
