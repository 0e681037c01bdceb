/** How long what is waited for at a site has taken there of late. Pure. */

/** Of each kind of wait; what is older says little of today. */
const KEPT = 20;
/** Fewer say nothing. */
const ENOUGH = 5;

export class UsualLengths {
  readonly #recent = new Map<string, number[]>();

  /** @param ms that one of a kind has taken, however it ended */
  add(kind: string, ms: number): void {
    if (!(ms >= 0)) return;
    const known = this.#recent.get(kind) ?? [];
    this.#recent.set(kind, [...known, ms].slice(-KEPT));
  }

  /**
   * The shortest length of late that one which lasts for `age` has not outlived; null: too few are known, or it has outlived all.
   * What ended early ends early again: as long as one of that age may, this is short.
   */
  next(kind: string, age: number): number | null {
    const known = this.#recent.get(kind) ?? [];
    const longer = known.filter((ms) => ms > age);
    return known.length < ENOUGH || longer.length === 0 ? null : Math.min(...longer);
  }
}
