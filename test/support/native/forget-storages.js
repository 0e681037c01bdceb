import { AsyncLocalStorage } from 'node:async_hooks';

const used = new Set();
const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function runNoted(...args) {
  used.add(this);
  return Reflect.apply(run, this, args);
};

/**
 * The SDK leaves the storage of each connection switched on, and Node 20 then writes one property for each of them to every
 * promise of every later file. So those of the files before are switched off.
 */
export function forgetStorages() {
  for (const storage of used) storage.disable();
  used.clear();
}
