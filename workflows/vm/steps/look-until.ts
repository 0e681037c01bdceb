/** Looking again with growing pauses: for what a site shows a little later than it is true. */
import { sleep } from '@temporalio/workflow';
import { growing } from '../../../contract/growing.js';

/**
 * Looks until it is enough, with a pause before each look but the first.
 * @param pauses ms; the look after the last one is the last
 * @returns what was seen last, enough or not
 */
export async function lookUntil<Seen>(
  look: () => Promise<Seen>,
  isEnough: (seen: Seen) => boolean,
  pauses: Iterable<number>,
): Promise<Seen> {
  let seen = await look();
  if (isEnough(seen)) return seen;
  for (const pause of pauses) {
    if (pause > 0) await sleep(pause);
    seen = await look();
    if (isEnough(seen)) break;
  }
  return seen;
}

/** The same pauses, of which none lasts longer than what there is of the time, and none follows the look that is made then: ms. */
export function* inTime(vm: { stop?: { timeLeft: number } }, pauses: Iterable<number>): Generator<number, void> {
  for (const pause of pauses) {
    const left = vm.stop?.timeLeft ?? Infinity;
    yield Math.max(0, Math.min(pause, left));
    if (left <= pause) return;
  }
}

const DAY = 24 * 60 * 60_000;

/** A VM that waits for its run's word asks at least this often whether the run still runs: ms. */
export const LONGEST_UNHEARD = 60 * 60_000;

/** How long a VM that hears nothing waits before it asks itself: ever longer, since each question costs history. */
export class Patience {
  readonly #pauses: Generator<number, void>;

  /** @param selfCheck ms, the first time */
  constructor(selfCheck: number) {
    this.#pauses = growing({ first: selfCheck, factor: 4, longest: DAY });
  }

  /** ms */
  next(): number {
    return this.#pauses.next().value ?? DAY;
  }
}
