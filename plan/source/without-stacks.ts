/**
 * Calls a library that makes an error object for each of perhaps many thousand mistakes: where in its own code each was made
 * is nobody's interest, and most of what they cost.
 */
export function withoutStacks<T>(call: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return call();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
