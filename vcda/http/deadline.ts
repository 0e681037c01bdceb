/**
 * A time limit on something that `outer` may end as well; to be stopped when that thing is over.
 *
 * Not `AbortSignal.any([outer, AbortSignal.timeout(ms)])`: in Node 20.20.2 nothing holds the time limit in it, which is
 * collected and never fires (nodejs/node#57736; test/project/abort-signal.test.ts shows it). `AbortSignal.any` of signals
 * whose controllers somebody holds is safe. It leaves 65 bytes with a source that lives long, and what listens to it for
 * ever 1.2 kB; this leaves nothing, for many calls end with one signal.
 */
export class Deadline {
  readonly #control = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal | undefined;
  #isOver = false;

  /** @param ms from now */
  constructor(ms: number, outer: AbortSignal | undefined) {
    this.#outer = outer;
    this.#timer = setTimeout(() => {
      this.#isOver = true;
      this.#control.abort();
    }, ms);
    if (outer?.aborted) this.#end();
    outer?.addEventListener('abort', this.#end, { once: true });
  }

  get signal(): AbortSignal {
    return this.#control.signal;
  }

  /** whether the time has run out, which an end of `outer` is not */
  get isOver(): boolean {
    return this.#isOver;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#end);
  }

  readonly #end = (): void => this.#control.abort(this.#outer?.reason);
}
