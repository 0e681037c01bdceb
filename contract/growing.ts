/** Pauses that grow: pure. */

export interface Growth {
  /** ms */
  first: number;
  /** of one pause to the one before; default 2 */
  factor?: number;
  /** ms; no pause is longer */
  longest?: number;
  /** how many; without it they never end */
  times?: number;
}

/** Pauses that grow up to the longest: ms. */
export function* growing({ first, factor = 2, longest = Infinity, times = Infinity }: Growth): Generator<number, void> {
  let pause = first;
  for (let n = 0; n < times; n += 1) {
    yield pause;
    pause = Math.min(factor * pause, longest);
  }
}
