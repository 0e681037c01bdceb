/** What every probe of a recovered VM has in common: one attempt, that ends in time. */

import { innermost } from '../../contract/innermost-error.js';
import { Deadline } from '../../vcda/index.js';

/** What one attempt has seen. */
export interface Finding {
  ok: boolean;
  detail: string;
  /** what a program wrote last */
  said?: string;
}

/** One attempt. It ends when its signal says so, and never rejects for what the VM does. */
export type Probe = (signal: AbortSignal) => Promise<Finding>;

/**
 * Makes one attempt that takes `ms` at most.
 * @throws the reason of `cancelled` when that comes first
 */
export async function within(ms: number, cancelled: AbortSignal, probe: Probe): Promise<Finding> {
  cancelled.throwIfAborted();
  const clock = new Deadline(ms, cancelled);
  try {
    const finding = await probe(clock.signal);
    cancelled.throwIfAborted();
    return clock.isOver && !finding.ok ? { ...finding, detail: `no answer within ${ms} ms` } : finding;
  } finally {
    clock.stop();
  }
}

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'no answer to the connection',
  ENOTFOUND: 'the name of the host is not known',
  EAI_AGAIN: 'the name server does not answer',
  ENOENT: 'no such file',
  EACCES: 'not allowed',
};

/** Why the network or the system failed, in few words; errors may be wrapped, or gathered over several addresses. */
export function reasonOf(error: unknown): string {
  const { code, message } = innermost(error);
  return WORDS[code] ?? `${message || String(error)}${code && ` (${code})`}`;
}
