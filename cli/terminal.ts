/** The terminal that this process was started in, which may go away before it: a window that is closed, a lost ssh. */
import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

export class Terminal {
  readonly #streams = [0, 1, 2].filter((stream) => isatty(stream));

  /**
   * To be called last of all. Node 20 puts back the modes of the terminal that it began with, and crashes (SIGSEGV) when
   * there is none any more (nodejs/node#58200); it leaves a closed stream alone.
   */
  leave(): void {
    for (const stream of this.#streams) {
      if (!isatty(stream)) closeSync(stream);
    }
  }
}
