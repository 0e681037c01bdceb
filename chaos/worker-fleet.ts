/** The workers of a chaos run: processes that are killed, and started again as a supervisor of a real machine would. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Part } from '../cli/embedded/part.js';
import type { Env } from '../temporal/connection.js';
import type { Journal } from './journal.js';
import type { Strike } from './schedule.js';

/** ms after which a worker that ended by itself is started again, as one does that found no Temporal */
const SUPERVISED_RESTART = 1_000;
const ASK_EVERY = 50;

export interface FleetOptions {
  workers: number;
  config: string;
  env: Env;
  folder: string;
  journal: Journal;
}

export class WorkerFleet {
  readonly #options: FleetOptions;
  readonly #running = new Map<number, Part>();
  readonly #stopping = new AbortController();
  readonly #restarts = new Set<Promise<void>>();
  readonly pids: number[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  get alive(): number {
    return this.#running.size;
  }

  async start(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.workers }, (_, index) => this.#startOne(index)));
  }

  /** Kills the victims that run; when none of them does, whoever runs. Each comes back after its pause. */
  async strike({ victims, pauses }: Strike, signal: AbortSignal): Promise<number> {
    while (this.#running.size === 0) await delay(ASK_EVERY, undefined, { signal });
    const meant = victims.filter((index) => this.#running.has(index));
    const struck = meant.length > 0 ? meant : [...this.#running.keys()].slice(0, victims.length);
    const parts = struck.flatMap((index) => {
      const part = this.#running.get(index);
      return part === undefined ? [] : [{ index, part }];
    });
    for (const { index } of parts) this.#running.delete(index);
    await Promise.all(parts.map(({ part }) => part.kill()));
    for (const { index, part } of parts) {
      const left = this.#running.size === 0 ? ', none is left' : '';
      this.#options.journal.add('worker-killed', `worker ${index + 1} (pid ${part.pid}) killed with SIGKILL${left}`, {
        alive: this.#running.size,
      });
      this.#later(index, pauses[victims.indexOf(index)] ?? pauses[0] ?? SUPERVISED_RESTART);
    }
    return parts.length;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#restarts);
    await Promise.all([...this.#running.values()].map((part) => part.stop()));
  }

  #later(index: number, pause: number): void {
    const restart = delay(pause, undefined, { signal: this.#stopping.signal })
      .then(() => this.#startOne(index))
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) throw error;
      })
      .finally(() => this.#restarts.delete(restart));
    this.#restarts.add(restart);
  }

  async #startOne(index: number): Promise<void> {
    const { config, env, journal } = this.#options;
    const folder = join(this.#options.folder, `worker-${index + 1}`);
    await mkdir(folder, { recursive: true });
    if (this.#stopping.signal.aborted) return;
    const part = new Part({ role: 'worker', argument: config, env, folder });
    this.pids.push(part.pid);
    this.#running.set(index, part);
    journal.add('worker-started', `worker ${index + 1} started (pid ${part.pid})`, { alive: this.#running.size });
    void part.unexpectedEnd().catch((error: unknown) => {
      if (this.#running.get(index) !== part) return;
      this.#running.delete(index);
      journal.add('worker-ended', `worker ${index + 1} ended by itself: ${lastWords(error)}`, {
        alive: this.#running.size,
      });
      this.#later(index, SUPERVISED_RESTART);
    });
  }
}

/** How it ended, and its last line: the lines before it are in its log. */
function lastWords(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const how = /\(([^)]*)\)/.exec(text)?.[1] ?? '';
  return `${how}, ${text.trim().split('\n').at(-1)?.slice(0, 300)}`;
}
