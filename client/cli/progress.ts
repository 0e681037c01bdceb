import type { LiveReport } from '../live-report.js';
import type { Output } from './output.js';
import { LiveProgress } from './progress-live.js';
import { PlainProgress } from './progress-plain.js';

/** Shows a run while it goes on, on stderr. */
export interface Progress {
  update(report: LiveReport): void;
  /** why nothing is known at the moment; null: it is known again */
  trouble(error: Error | null): void;
  /** a line that stays, said by the command itself */
  say(line: string): void;
  /** leaves the screen as the last update had it */
  stop(): void;
}

/** A screen that redraws itself on a terminal, lines otherwise, nothing with `--quiet`. */
export function progressFor(out: Output): Progress {
  if (out.quiet) {
    return new SilentProgress();
  }
  return out.stderr.isTTY === true ? new LiveProgress(out) : new PlainProgress(out);
}

class SilentProgress implements Progress {
  update(): void {}
  trouble(): void {}
  say(): void {}
  stop(): void {}
}
