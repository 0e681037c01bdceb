import { advised } from '../../client/advised.js';
import type { Attention } from '../../client/attention.js';
import { DroverError } from '../../client/errors.js';
import type { LiveReport } from '../../client/live-report.js';
import { clock } from '../../client/words.js';
import { isFinal, type VmReport } from '../../contract/report.js';
import { forecastLine } from '../text/forecast-text.js';
import { harmless } from '../text/harmless.js';
import type { Output } from '../text/output.js';
import { activity, seconds, totalsLine, waitText } from '../text/run-text.js';
import type { Progress } from './progress.js';

/** ms between two lines of totals */
const TOTALS_EVERY = 5_000;

/** Progress for logs and pipes: a line for each change of a VM's state, and the totals now and then. */
export class PlainProgress implements Progress {
  readonly #out: Output;
  readonly #now: () => number;
  readonly #seen = new Map<string, string>();
  #told = new Set<string>();
  #trouble: string | null = null;
  #totalsAt = Number.NEGATIVE_INFINITY;
  #totals = '';

  constructor(out: Output, now: () => number = Date.now) {
    this.#out = out;
    this.#now = now;
  }

  update(given: LiveReport): void {
    const report = harmless(given);
    // Whoever starts to watch late is spared a line for everything that went well before.
    const first = this.#seen.size === 0;
    for (const vm of report.vms) {
      const line = vmLine(vm);
      if (line !== null && this.#seen.get(vm.id) !== line && (!first || vm.state === 'failed' || !isFinal(vm.state))) {
        this.say(line);
      }
      this.#seen.set(vm.id, line ?? this.#seen.get(vm.id) ?? '');
    }
    this.#attention(report.attention);
    const totals = totalsLine(report.totals);
    if (this.#now() - this.#totalsAt >= TOTALS_EVERY || (report.finishedAt !== null && totals !== this.#totals)) {
      this.#totalsAt = this.#now();
      this.#totals = totals;
      const doing = activity(report.vms);
      const left = forecastLine(report.forecast);
      const now = [totals, ...(doing === '' ? [] : [`now ${doing}`]), ...(left === '' ? [] : [left])];
      this.say(`${report.run} ${report.state} - ${now.join('; ')}`);
    }
  }

  trouble(error: Error | null): void {
    const message = error?.message ?? null;
    if (message !== null && message !== this.#trouble) {
      this.say(`! ${advised({ message, advice: error instanceof DroverError ? error.next : null })}`);
    } else if (message === null && this.#trouble !== null) {
      this.say('answers again');
    }
    this.#trouble = message;
  }

  say(line: string): void {
    this.#out.note(`${clock(new Date(this.#now()))} ${line}`);
  }

  stop(): void {}

  #attention(attention: Attention[]): void {
    for (const { message, next } of attention) {
      if (!this.#told.has(message)) this.say(`! ${advised({ message, advice: next })}`);
    }
    this.#told = new Set(attention.map(({ message }) => message));
  }
}

/** A VM's state in words; null: it has not begun, or waits its turn, which is not worth a line. */
export function vmLine(vm: VmReport): string | null {
  const where = `${vm.name} (${vm.wave})`;
  switch (vm.state) {
    case 'waiting':
      return vm.waitingFor === null || vm.waitingFor === 'capacity' ? null : `${where} waiting for ${waitText(vm)}`;
    case 'running':
      return `${where} running`;
    case 'succeeded':
      return [`${where} succeeded`, ...measured(vm)].join(', ');
    case 'failed':
      return `${where} failed: ${vm.error === null ? 'no reason given' : `${vm.error.code}: ${advised(vm.error)}`}`;
    default:
      return `${where} ${vm.state}`;
  }
}

function measured({ outageSeconds, rtoSeconds, rpoSeconds }: VmReport): string[] {
  const all = [['outage', outageSeconds] as const, ['RTO', rtoSeconds] as const, ['RPO', rpoSeconds] as const];
  return all.filter(([, value]) => value !== null).map(([name, value]) => `${name} ${seconds(value)}`);
}
