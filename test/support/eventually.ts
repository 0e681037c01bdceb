import { setTimeout as delay } from 'node:timers/promises';
import { leftProcesses } from '../../chaos/left-processes.js';

/** Asks again and again until the answer is truthy; a rejection counts as "not yet". Fails after `within` ms. */
export async function eventually<T>(ask: () => Promise<T> | T, within = 360_000): Promise<T> {
  const until = Date.now() + within;
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > until) throw new Error(`not so within ${within} ms`, { cause: last });
    await delay(50);
  }
}

/** False once the process is gone, or a zombie that only its parent still knows. */
export async function isAlive(pid: number): Promise<boolean> {
  return (await leftProcesses([pid])).length > 0;
}
