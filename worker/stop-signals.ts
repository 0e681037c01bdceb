/** SIGTERM and SIGINT as an AbortSignal. */

/** Exit codes as a shell gives them: 128 and the signal's number. */
const CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type Name = keyof typeof CODES;
const NAMES: readonly Name[] = ['SIGINT', 'SIGTERM'];

/** Hears the signals from its making on. A second one ends the process at once, with the exit code that a shell gives it. */
export class StopSignals {
  readonly #stop = new AbortController();

  constructor() {
    for (const name of NAMES) process.on(name, this.#hear);
  }

  /** aborted by the first SIGTERM or SIGINT */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Gives the signals back to whoever handles them otherwise. */
  release(): void {
    for (const name of NAMES) process.off(name, this.#hear);
  }

  readonly #hear = (name: NodeJS.Signals): void => this.#take(name as Name);

  #take(name: Name): void {
    if (this.signal.aborted) process.exit(CODES[name]);
    this.#stop.abort(new Error(name));
  }
}
