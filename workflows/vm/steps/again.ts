/** Steps that are done again as a whole: what kept one from its end is in the report for as long as that is so. */

import { type Growth, growing } from '../../../contract/growing.js';
import { iso } from '../../../contract/moment.js';
import type { VmError, VmReport } from '../../../contract/report.js';
import { inTime, lookUntil } from './look-until.js';

type Told = Pick<VmError, 'code' | 'message' | 'advice'>;

export class Again {
  readonly #report: Pick<VmReport, 'retrying'>;
  readonly #lasts: number | null;
  #since: number | null = null;
  #tries = 0;

  /** @param lasts ms after which it is given up; null: never */
  constructor({ report }: { report: Pick<VmReport, 'retrying'> }, lasts: number | null = null) {
    this.#report = report;
    this.#lasts = lasts;
  }

  /** @param lasts as of the constructor, where what was seen shortens it */
  failed({ code, message, advice }: Told, lasts = this.#lasts): void {
    this.#since ??= Date.now();
    this.#tries += 1;
    const until = lasts === null ? null : iso(this.#since + lasts);
    const since = iso(this.#since);
    this.#report.retrying = { code, message, advice, since, tries: this.#tries, until };
  }

  /** What others have said meanwhile stands where nothing was said here. */
  over(): void {
    if (this.#tries > 0) this.#report.retrying = null;
  }
}

/**
 * As {@link lookUntil}, and says meanwhile why what was seen is not enough.
 * @param times how many pauses there are at most while it is seen so; default all
 */
export async function lookSaying<Seen>(
  vm: { report: Pick<VmReport, 'retrying'>; stop?: { timeLeft: number } },
  look: () => Promise<Seen>,
  isEnough: (seen: Seen) => boolean,
  pauses: Growth & { times: number },
  why: (seen: Seen) => Told,
  times: (seen: Seen) => number = () => pauses.times,
): Promise<Seen> {
  const again = new Again(vm);
  function isOver(seen: Seen): boolean {
    const isSeen = isEnough(seen);
    if (!isSeen)
      again.failed(
        why(seen),
        [...growing({ ...pauses, times: times(seen) })].reduce((a, b) => a + b, 0),
      );
    return isSeen;
  }
  try {
    return await lookUntil(look, isOver, inTime(vm, growing(pauses)));
  } finally {
    again.over();
  }
}
