/**
 * The error that says what happened, by its members: errors of another realm, such as Node's own under jest, are no
 * instances of this one's `Error`. undici wraps it in `TypeError: fetch failed`, sometimes more than once; Node gathers one
 * for each address that it tried, of which the first speaks. Both texts are empty where there is none.
 */
export function innermost(error: unknown): { code: string; message: string } {
  let at = error;
  for (let inner = innerOf(at); inner !== undefined; inner = innerOf(at)) at = inner;
  if (!isRecord(at)) return { code: '', message: String(at) };
  return {
    code: typeof at.code === 'string' ? at.code : '',
    message: typeof at.message === 'string' ? at.message : '',
  };
}

function innerOf(error: unknown): unknown {
  if (!isRecord(error)) return undefined;
  const inner: unknown = Array.isArray(error.errors) ? error.errors[0] : error.cause;
  return isRecord(inner) ? inner : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
