/** SIGTERM and SIGINT as an AbortSignal. */

export interface StopSignals {
  /** aborted by the first SIGTERM or SIGINT */
  signal: AbortSignal;
  /** gives the signals back to whoever handles them otherwise */
  release(): void;
}

/** A second signal ends the process at once, with the exit code that a shell gives it (128 and the signal's number). */
export function stopSignals(): StopSignals {
  const stop = new AbortController();
  const codes = { SIGINT: 130, SIGTERM: 143 } as const;
  const handlers = (['SIGINT', 'SIGTERM'] as const).map((name) => {
    function handler() {
      if (stop.signal.aborted) process.exit(codes[name]);
      stop.abort(new Error(name));
    }
    process.on(name, handler);
    return { name, handler };
  });
  return {
    signal: stop.signal,
    release: () => {
      for (const { name, handler } of handlers) process.off(name, handler);
    },
  };
}
