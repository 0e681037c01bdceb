/**
 * Each test file loads its modules anew, and their `AsyncLocalStorage`s stay switched on in the process for good: Node 20 then
 * writes one property for each of them to every promise of every later file. So those of the files before are switched off.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Node's class is the one thing here that all files of a process share. */
interface Shared {
  droverUsed?: Set<AsyncLocalStorage<unknown>>;
}

const shared: typeof AsyncLocalStorage & Shared = AsyncLocalStorage;
if (shared.droverUsed === undefined) {
  const used = new Set<AsyncLocalStorage<unknown>>();
  shared.droverUsed = used;
  const { run } = AsyncLocalStorage.prototype;
  AsyncLocalStorage.prototype.run = function runNoted(this: AsyncLocalStorage<unknown>, ...args: unknown[]): unknown {
    used.add(this);
    return Reflect.apply(run, this, args);
  } as typeof run;
}
for (const storage of shared.droverUsed) storage.disable();
shared.droverUsed.clear();
