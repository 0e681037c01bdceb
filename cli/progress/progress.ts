import type { LiveReport } from '../../client/live-report.js';

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
