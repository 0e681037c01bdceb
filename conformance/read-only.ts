/** The one place that says what may be sent to a site that people depend on. */
import type { Method } from '../vcda/http/transport.js';

const SESSION_CALLS = new Set(['POST /sessions', 'POST /sessions/extend', 'DELETE /sessions']);
/** A GET that starts a task, in 4.2 and 4.5 [doc B42]. */
const STARTS_A_TASK = /^\/+diagnostics\/+health/;

export class WouldWrite extends Error {
  constructor(method: Method, path: string) {
    super(`${method} ${path} is not sent in a read-only run`);
  }
}

/** @throws WouldWrite */
export function requireReading(method: Method, path: string): void {
  const reads = method === 'GET' && !STARTS_A_TASK.test(path);
  if (!reads && !SESSION_CALLS.has(`${method} ${path}`)) throw new WouldWrite(method, path);
}
