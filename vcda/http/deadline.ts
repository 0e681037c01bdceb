export interface Deadline {
  signal: AbortSignal;
  /** whether the time has run out, which an end of `outer` is not */
  isOver(): boolean;
  stop(): void;
}

/**
 * A signal for something that may take `ms` and ends with `outer`; to be stopped when that is over.
 * `AbortSignal.any` would do, but Node 20 may collect its parts before they fire.
 */
export function deadline(ms: number, outer: AbortSignal | undefined): Deadline {
  const control = new AbortController();
  let over = false;
  const timer = setTimeout(() => {
    over = true;
    control.abort();
  }, ms);
  const abort = () => control.abort(outer?.reason);
  if (outer?.aborted) abort();
  outer?.addEventListener('abort', abort, { once: true });
  return {
    signal: control.signal,
    isOver: () => over,
    stop() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}
