import { setTimeout as delay } from 'node:timers/promises';

/** A question to a workflow costs three processes work: a test that waits must not keep a core busy with asking. */
const REST_PER_ANSWER = 10;
const LONGEST_REST = 1_000;

/** Of gRPC: DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE. */
const NOT_NOW: unknown[] = [4, 8, 14];

/** On a busy machine Temporal gives a question up before it, or a worker, has come to it. */
function isNotNow(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error && 'metadata' in cause && 'code' in cause && NOT_NOW.includes(cause.code);
}

/**
 * Asks until what comes back is as wanted, and returns it. It rests `between` ms in between, longer when answers are dear.
 * @throws after `within` ms, with what it was last
 */
export async function until<T>(
  ask: () => Promise<T>,
  isWanted: (value: T) => boolean,
  within = 360_000,
  between = 50,
): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    const asked = Date.now();
    let last: unknown;
    try {
      const value = await ask();
      if (isWanted(value)) return value;
      last = value;
    } catch (error) {
      if (!isNotNow(error)) throw error;
      last = error;
    }
    if (Date.now() > end)
      throw new Error(`not so within ${within} ms; it was ${JSON.stringify(last)}`, { cause: last });
    await delay(Math.max(between, Math.min((Date.now() - asked) * REST_PER_ANSWER, LONGEST_REST)));
  }
}
