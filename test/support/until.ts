import { setTimeout as delay } from 'node:timers/promises';

/** A question to a workflow costs three processes work: a test that waits must not keep a core busy with asking. */
const REST_PER_ANSWER = 10;
const LONGEST_REST = 250;

/**
 * Asks until what comes back is as wanted, and returns it. It rests `between` ms in between, longer when answers are dear.
 * @throws after `within` ms, with what it was last
 */
export async function until<T>(
  ask: () => Promise<T>,
  isWanted: (value: T) => boolean,
  within = 240_000,
  between = 50,
): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    const asked = Date.now();
    const value = await ask();
    if (isWanted(value)) return value;
    if (Date.now() > end) throw new Error(`not so within ${within} ms; it was ${JSON.stringify(value)}`);
    await delay(Math.max(between, Math.min((Date.now() - asked) * REST_PER_ANSWER, LONGEST_REST)));
  }
}
