import type { LiveReport } from '../../client/live-report.js';
import { iso } from '../../contract/moment.js';
import type { VmReport } from '../../contract/report.js';
import type { Output } from '../text/output.js';
import type { Progress } from './progress.js';

/** Progress for programs: one event a line, each a JSON object with `at`, `run` and `event`. */
export class JsonProgress implements Progress {
  readonly #out: Output;
  readonly #now: () => number;
  #run: string | null = null;
  /** what was told last of each VM, and of the run */
  readonly #told = new Map<string, string>();
  #attention = new Set<string>();
  #trouble: string | null = null;

  constructor(out: Output, now: () => number = Date.now) {
    this.#out = out;
    this.#now = now;
  }

  update(report: LiveReport): void {
    this.#run = report.run;
    for (const vm of report.vms) this.#change(`vm ${vm.id}`, 'vm', { vm: shortOf(vm) });
    for (const { kind, message, next } of report.attention)
      if (!this.#attention.has(message)) this.#say('attention', { kind, message, next });
    this.#attention = new Set(report.attention.map(({ message }) => message));
    const { state, totals, pausedBecause } = report;
    this.#change('run', 'run', { state, totals, pausedBecause });
  }

  trouble(error: Error | null): void {
    const message = error?.message ?? null;
    if (message !== this.#trouble) this.#say('trouble', { message });
    this.#trouble = message;
  }

  say(line: string): void {
    this.#say('said', { message: line });
  }

  stop(): void {}

  /** Once, until it is otherwise. */
  #change(key: string, event: string, told: object): void {
    const text = JSON.stringify(told);
    if (this.#told.get(key) === text) return;
    this.#told.set(key, text);
    this.#say(event, told);
  }

  #say(event: string, told: object): void {
    this.#out.note(JSON.stringify({ at: iso(this.#now()), run: this.#run, event, ...told }));
  }
}

/** What of a VM is news: not how far it is. */
function shortOf({ id, name, wave, state, step, waitingFor, waitingSince, error }: VmReport) {
  const since = waitingSince === undefined ? {} : { waitingSince };
  return { id, name, wave, state, step, waitingFor, ...since, error };
}
