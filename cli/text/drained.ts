/** A process that exits takes with it what a pipe has not taken yet, which is all beyond 64 KiB when the reader is slow. */
import type { Writable } from 'node:stream';

/** Returns once all that was written has left this process, or nobody reads it any more. */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else {
      stream.once('close', () => resolve());
      stream.write('', () => resolve());
    }
  });
}
