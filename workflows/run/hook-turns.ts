/** Which hooks of a run and of its waves are to be sent, and what follows from their answers: pure. */

import { type HookRecord, MOST_HOOKS } from '../../contract/hook-record.js';
import type { CarriedHooks } from '../../contract/inputs.js';
import type { Pause, WaveHooks } from '../../contract/shard.js';
import type { Hook, Hooks } from '../../plan/types.js';

export type RunHookEvent = 'beforeRun' | 'afterRun' | 'beforeWave' | 'afterWave';

/** One question: the same as long as it is not answered. */
export interface Due {
  event: RunHookEvent;
  hook: Hook;
  /** index of the wave; null: the run as a whole */
  at: number | null;
  number: number;
}

export interface Facts {
  isPaused: boolean;
  isCancelling: boolean;
  /** waves of which some VM waits for the hook alone */
  asks: number[];
  /** waves of which no VM is unfinished */
  over: number[];
}

export class HookTurns {
  readonly #hooks: Hooks;
  readonly #waves: number;
  readonly #numbers: Record<string, number>;
  readonly #passed: Set<number | null>;
  readonly #told: Set<number>;
  #refused: CarriedHooks['refused'];
  #records: HookRecord[];
  readonly #asked = new Set<string>();

  /** @param waves how many the plan has */
  constructor(hooks: Hooks | undefined, waves: number, carried?: CarriedHooks) {
    this.#hooks = hooks ?? {};
    this.#waves = waves;
    this.#numbers = { ...carried?.numbers };
    this.#passed = new Set(carried?.passed);
    this.#told = new Set(carried?.told);
    this.#refused = carried?.refused ?? [];
    this.#records = carried?.records ?? [];
  }

  get carried(): { hooks?: CarriedHooks } {
    if (Object.keys(this.#numbers).length === 0) return {};
    const [passed, told] = [[...this.#passed], [...this.#told]];
    return { hooks: { numbers: this.#numbers, passed, refused: this.#refused, told, records: this.#records } };
  }

  /** What shards must know. */
  get orders(): { hooks?: WaveHooks } {
    const isBefore = this.#hooks.beforeWave !== undefined;
    if (!isBefore && this.#refused.length === 0) return {};
    const passed = isBefore ? [...this.#passed].filter((at) => at !== null) : null;
    return { hooks: { passed, refused: this.#refused } };
  }

  /** For the report. */
  get told(): { hooks?: HookRecord[] } {
    return this.#records.length === 0 ? {} : { hooks: this.#records };
  }

  /** None was sent that is not answered. */
  get isIdle(): boolean {
    return this.#asked.size === 0;
  }

  /** Those of waves to be sent now: they count as sent. */
  due({ isPaused, isCancelling, asks, over }: Facts): Due[] {
    const before = isPaused || isCancelling ? [] : asks.filter((at) => !this.isPassed(at) && !this.#isRefused(at));
    const after = over.filter((at) => this.isPassed(at) && !this.#isRefused(at) && !this.#told.has(at));
    return [
      ...before.flatMap((at) => this.ask('beforeWave', at) ?? []),
      ...after.flatMap((at) => this.ask('afterWave', at) ?? []),
    ];
  }

  /** null: the plan has none, or it is sent already */
  ask(event: RunHookEvent, at: number | null): Due | null {
    const hook = this.#hooks[event];
    const name = nameOf(event, at);
    if (hook === undefined || this.#asked.has(name)) return null;
    this.#asked.add(name);
    const number = (this.#numbers[name] ?? 0) + 1;
    this.#numbers[name] = number;
    return { event, hook, at, number };
  }

  /** Whether what it precedes may go on. */
  isPassed(at: number | null): boolean {
    return this.#hooks[at === null ? 'beforeRun' : 'beforeWave'] === undefined || this.#passed.has(at);
  }

  get isRefused(): boolean {
    return this.#refused.length > 0;
  }

  #isRefused(at: number): boolean {
    return this.#refused.some((one) => one.at === at);
  }

  /** It was not waited for any more: the run is cancelled. */
  brokenOff({ event, at }: Due): void {
    this.#asked.delete(nameOf(event, at));
  }

  /** @param why it failed, for a person @returns whether it is held: a person must act before it is asked again */
  answered({ event, at, hook }: Due, record: HookRecord, why: Pause): boolean {
    this.#asked.delete(nameOf(event, at));
    this.#records = [...this.#records, record].slice(-MOST_HOOKS);
    if (event === 'afterWave' && at !== null) this.#told.add(at);
    if (event === 'afterWave' || event === 'afterRun') return false;
    if (record.result === 'succeeded' || hook.rule === 'warn') this.#passed.add(at);
    else if (hook.rule === 'fail') this.#refuse(at, why);
    else return true;
    return false;
  }

  #refuse(at: number | null, why: Pause): void {
    const waves = at === null ? Array.from({ length: this.#waves }, (_, n) => n) : [at];
    this.#refused = [...this.#refused, ...waves.map((wave) => ({ at: wave, ...why }))];
  }

  /** A person has VMs tried again: waves that were refused are asked about once more; a run that was is over. */
  retry(): void {
    if (this.isPassed(null)) this.#refused = [];
  }
}

const nameOf = (event: RunHookEvent, at: number | null): string => (at === null ? event : `${event} ${at}`);
