import { setTimeout as delay } from 'node:timers/promises';

/** Asks, `between` ms apart, until what comes back is as wanted, and returns it. @throws after `within` ms, with what it was last */
export async function until<T>(
  ask: () => Promise<T>,
  isWanted: (value: T) => boolean,
  within = 90_000,
  between = 50,
): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    const value = await ask();
    if (isWanted(value)) return value;
    if (Date.now() > end) throw new Error(`not so within ${within} ms; it was ${JSON.stringify(value)}`);
    await delay(between);
  }
}
