import { DroverError } from '../../client/errors.js';
import type { LiveReport } from '../../client/live-report.js';
import { harmless } from '../text/harmless.js';
import { liveLines } from '../text/live-lines.js';
import type { Output } from '../text/output.js';
import type { Progress } from './progress.js';

/** ms between two drawings, so that elapsed times move while nothing else does */
const REDRAW = 1_000;

/** Progress on a terminal: one block that redraws itself below the lines that stay. */
export class LiveProgress implements Progress {
  readonly #out: Output;
  readonly #block: ReturnType<Output['block']>;
  readonly #timer: NodeJS.Timeout;
  #report: LiveReport | null = null;
  #trouble: string | null = null;

  constructor(out: Output) {
    this.#out = out;
    this.#block = out.block();
    this.#timer = setInterval(() => this.#redraw(), REDRAW);
    this.#timer.unref();
  }

  update(report: LiveReport): void {
    this.#report = harmless(report);
    this.#redraw();
  }

  trouble(error: Error | null): void {
    const next = error instanceof DroverError && error.next !== null ? ` (${error.next})` : '';
    this.#trouble = error === null ? null : harmless(`${error.message}${next}`);
    this.#redraw();
  }

  say(line: string): void {
    this.#block.clear();
    this.#out.note(line);
    this.#redraw();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#redraw();
    this.#block.done();
  }

  #redraw(): void {
    const { columns = 80, rows = 24 } = this.#out.stderr;
    const lines = liveLines(this.#report, this.#trouble, { columns, rows, colors: this.#out.noteColors });
    if (lines.length > 0) {
      this.#block.draw(lines);
    }
  }
}
