/** A run as a sequence of looks at it. */
import type { FollowOptions } from './follow.js';
import type { LiveReport } from './live-report.js';

export type WatchOptions = Omit<FollowOptions, 'onChange' | 'isEnough'>;

/**
 * Each look, the newest alone for a consumer who is slower than they are; the last one is the final report. A consumer who
 * leaves ends the looking.
 * @param wait looks until the end, and tells of each look
 */
export async function* looksAt(
  wait: (options: FollowOptions) => Promise<LiveReport>,
  { signal, ...options }: WatchOptions,
): AsyncGenerator<LiveReport, void, undefined> {
  const left = new AbortController();
  let newest: LiveReport | null = null;
  let wake: (() => void) | null = null;
  const end = wait({
    ...options,
    signal: signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]),
    onChange(report) {
      newest = report;
      wake?.();
    },
  });
  // Waited for once: a race for each look would keep them all in memory until the end.
  const looking = { isOver: false };
  function over(): void {
    looking.isOver = true;
    wake?.();
  }
  // Whoever leaves does not hear how the looking ended.
  void end.then(over, over);
  try {
    for (;;) {
      const look = newest as LiveReport | null;
      newest = null;
      if (look !== null && look.finishedAt === null) yield look;
      if (looking.isOver) break;
      const next = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (newest === null) await next;
    }
    yield await end;
  } finally {
    left.abort();
  }
}
