/** A part of `drover up` that is begun again when it ends by itself. */
import { setTimeout as delay } from 'node:timers/promises';
import { inWords } from '../../contract/words.js';
import { describeEnding, type Ending } from '../../temporal/child-process.js';

/** What runs, as far as its keeper cares. */
export interface Running {
  pid: number;
  ended: Promise<Ending>;
  stop(): Promise<void>;
  lastWords(): string;
}

export interface KeptPartOptions<T extends Running> {
  /** for people, such as `The worker` */
  name: string;
  start: () => Promise<T>;
  /** after each start */
  started: (running: T) => void;
  /** whether it would end so again: a person must do something */
  isFinal?: (ending: Ending) => boolean;
  say: (line: string) => void;
}

/** A part that cannot go on. `ending`: how it ended. */
export class PartFailed extends Error {
  override readonly name = 'PartFailed';
  readonly ending: Ending;

  constructor(part: string, ending: Ending, lastWords: string) {
    super(`${part} ended by itself (${describeEnding(ending)}). Its last words:\n${lastWords}`);
    this.ending = ending;
  }
}

/** ms before it is begun again: the first time, and at most */
const PAUSE = { first: 1_000, most: 30_000 };
/** ms after which it has worked, so that the next end counts as the first */
const STEADY = 60_000;

export class KeptPart<T extends Running> {
  readonly #options: KeptPartOptions<T>;
  readonly #stopping = new AbortController();
  #running: T | null = null;
  /** rejects when it cannot go on; resolves after `stop` */
  #kept: Promise<void> = Promise.resolve();

  constructor(options: KeptPartOptions<T>) {
    this.#options = options;
  }

  get running(): T | null {
    return this.#running;
  }

  /** Rejects when it cannot go on; never before `begin`. */
  get kept(): Promise<void> {
    return this.#kept;
  }

  /** @throws what its start throws */
  async begin(): Promise<void> {
    const began = await this.#start();
    this.#kept = this.#keep(began);
    // Whoever waits for it hears of it; before that nobody has to.
    this.#kept.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.stop();
    await this.#kept.catch(() => {});
  }

  async #start(): Promise<T> {
    const running = await this.#options.start();
    this.#running = running;
    // It may have been told to stop while it began.
    if (this.#stopping.signal.aborted) await running.stop();
    this.#options.started(running);
    return running;
  }

  async #keep(first: T): Promise<void> {
    const { name, isFinal, say } = this.#options;
    const { signal } = this.#stopping;
    let running = first;
    for (let pause = PAUSE.first; ; ) {
      const began = Date.now();
      const ending = await running.ended;
      if (signal.aborted) return;
      if (isFinal?.(ending)) throw new PartFailed(name, ending, running.lastWords());
      if (Date.now() - began > STEADY) pause = PAUSE.first;
      const last = running.lastWords().split('\n').at(-1) ?? '';
      say(`${name} ended by itself (${describeEnding(ending)}), and begins anew in ${inWords(pause)}: ${last}`);
      await delay(pause, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      pause = Math.min(2 * pause, PAUSE.most);
      running = await this.#start();
    }
  }
}
