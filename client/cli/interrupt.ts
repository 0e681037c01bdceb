import { Interrupted } from '../errors.js';

/**
 * Lets Ctrl-C (or SIGTERM) end the watching of a run, never the run: the signal handed to `watch` is aborted with
 * {@link Interrupted}. A second one ends the process at once.
 */
export async function untilInterrupted<T>(run: string, watch: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new Interrupted(run));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await watch(controller.signal);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
