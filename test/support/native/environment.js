/** Node itself: Jest's own console for a file's output is all that is put in, and taken out again. */
export default class NativeEnvironment {
  global = globalThis;
  // Asked for, and used by no test: nothing here is mocked.
  moduleMocker = { restoreAllMocks() {} };
  #console = globalThis.console;
  #exit = process.exit;

  async setup() {
    // Jest maps stacks by what it has transformed, which is nothing.
    process.setSourceMapsEnabled(true);
    Error.prepareStackTrace = undefined;
  }

  async teardown() {
    globalThis.console = this.#console;
    process.exit = this.#exit;
  }

  getVmContext() {
    return null;
  }
}
