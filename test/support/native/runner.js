/**
 * Runs each test file by Jest's own circus, its modules loaded by Node instead of by Jest: once a process instead of once a
 * file. Why: docs/decisions/0015-node-loads-what-tests-import.md.
 */
import { createRequire, register as registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import circus from 'jest-circus/runner';
import { register } from 'tsx/esm/api';
import { forgetStorages } from './forget-storages.js';
import { setGlobals } from './globals.js';

register();
registerHooks('./resolve-globals.js', import.meta.url);

const require = createRequire(import.meta.url);
const EVENT_HANDLERS = Symbol.for('EVENT_HANDLERS');

/** Circus keeps the tests that it has collected, and who hears of them, in its module and beside it. */
function requireAnew(path) {
  delete require.cache[path];
  delete globalThis[EVENT_HANDLERS];
  return require(path);
}

export default function run(globalConfig, config, environment, runtime, testPath, send) {
  forgetStorages();
  const native = {
    requireInternalModule: requireAnew,
    requireModule: require,
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (path) => import(pathToFileURL(path).href),
    setGlobalsForRuntime: setGlobals,
    enterTestCode() {},
    leaveTestCode() {},
  };
  return circus.default(globalConfig, config, environment, native, testPath, send);
}
