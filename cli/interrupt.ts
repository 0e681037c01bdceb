import { Interrupted } from '../client/errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborts the signal handed to `act` with `reason` when this process is told to stop; `act` ends in its own time. */
export async function aborting<T>(reason: Interrupted, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(reason);
  for (const name of SIGNALS) {
    process.on(name, stop);
  }
  try {
    return await act(controller.signal);
  } catch (error) {
    // Whatever the stop broke, the stop is what happened.
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    for (const name of SIGNALS) {
      process.off(name, stop);
    }
  }
}

/** Lets Ctrl-C end the watching of a run, never the run. */
export function untilInterrupted<T>(run: string, watch: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return aborting(new Interrupted(`No longer watching; run ${run} goes on.`, `drover watch ${run}`), watch);
}
