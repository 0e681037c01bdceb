/** Everything the demo needs around a run: Temporal, two simulated sites, a worker, a folder. All of it ends with the demo. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDrover, type Drover } from '../../client/drover.js';
import type { LedgerEntry, SimulatorOptions, WorldView } from '../../simulator/index.js';
import type { Env } from '../../temporal/connection.js';
import { SIMULATED_PASSWORD, simulatedSites } from '../embedded/config.js';
import { listening } from '../embedded/listening.js';
import { Part } from '../embedded/part.js';
import { EXAMPLE_SITES, type SiteNames } from './plan.js';
import { demoTemporal, endLeftovers } from './temporal.js';

/** The worker gets the password by its environment, as any other. */
const PASSWORD = 'DROVER_DEMO_PASSWORD';

export interface StageOptions {
  env: Env;
  vms: number;
  /** simulated seconds per second */
  speed: number;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** Sets the stage, acts, and clears it whatever happens, in the order in which its parts need each other. */
export async function withStage<T>(options: StageOptions, act: (stage: Stage) => Promise<T>): Promise<T> {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    return await act(await setStage(options, (close) => closers.unshift(close)));
  } finally {
    for (const close of closers) {
      // One part that cannot be cleared must not keep the others.
      await close().catch((error: unknown) => options.say(`clearing up: ${String(error)}`));
    }
  }
}

async function setStage(options: StageOptions, onClose: (close: () => Promise<unknown>) => void): Promise<Stage> {
  const { say, signal, speed, vms } = options;
  const folder = await mkdtemp(join(tmpdir(), 'drover-demo-'));
  onClose(() => rm(folder, { recursive: true, force: true }));
  const temporal = await demoTemporal({ ...options, folder });
  onClose(temporal.stop);
  signal.throwIfAborted();

  const suffix = temporal.shared ? `-${randomBytes(3).toString('hex')}` : '';
  const sites = {
    source: `${EXAMPLE_SITES.source}${suffix}`,
    destination: `${EXAMPLE_SITES.destination}${suffix}`,
  };
  const env = { ...temporal.env, [PASSWORD]: SIMULATED_PASSWORD };
  const simulation: SimulatorOptions = { vms, speed, sites: Object.values(sites).map((name) => ({ name })) };
  const simulator = new Part({ role: 'simulator', argument: JSON.stringify(simulation), env, folder });
  onClose(() => simulator.stop());
  const { sites: urls } = JSON.parse(await simulator.firstLine()) as { sites: Record<string, string> };
  const places = Object.entries(urls).map(([name, url]) => `${name} ${url}`);
  say(`Simulator (pid ${simulator.pid}): ${places.join(', ')}; time runs ${speed} times faster`);

  const taskQueue = `drover-demo${suffix}`;
  const config = join(folder, 'drover.yaml');
  const lines = [...simulatedSites(urls, `password: "\${${PASSWORD}}"`), `worker: { taskQueue: ${taskQueue} }`, ''];
  await writeFile(config, lines.join('\n'));
  const drover = await connectDrover({ env, taskQueue });
  onClose(() => drover.close());
  if (temporal.shared) {
    onClose(() => endLeftovers(env, taskQueue));
  }

  const stage = new Stage({ folder, sites, suffix, drover, simulator, urls, config, env, signal });
  onClose(() => stage.stopWorker());
  return stage;
}
interface Parts {
  folder: string;
  sites: SiteNames;
  suffix: string;
  drover: Drover;
  simulator: Part;
  /** of the simulated sites, by name */
  urls: Record<string, string>;
  /** path of the worker's config */
  config: string;
  env: Env;
  signal: AbortSignal;
}

/** A stage that is set, but for the worker, which comes and goes. */
export class Stage {
  readonly folder: string;
  readonly sites: SiteNames;
  /** distinguishes this demo on a Temporal that others use as well; empty on one of its own */
  readonly suffix: string;
  readonly drover: Drover;
  /** rejects when a part ends although nobody asked it to */
  readonly broken: Promise<never>;
  readonly #parts: Parts;
  #breakDown: (error: Error) => void = () => {};
  #worker: Part | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.folder = parts.folder;
    this.sites = parts.sites;
    this.suffix = parts.suffix;
    this.drover = parts.drover;
    this.broken = new Promise<never>((_, reject) => {
      this.#breakDown = reject;
    });
    // Whoever waits for it hears of it; before that nobody has to.
    this.broken.catch(() => {});
    this.#watchOver(parts.simulator);
  }

  /** Starts the worker (again); resolves with its process id once it listens. */
  async startWorker(): Promise<number> {
    const { config, env, folder, signal } = this.#parts;
    signal.throwIfAborted();
    this.#worker = new Part({ role: 'worker', argument: config, env, folder });
    const { pid } = this.#worker;
    this.#watchOver(this.#worker);
    await Promise.race([listening(this.drover, Object.values(this.sites), signal), this.broken]);
    return pid;
  }

  /** SIGKILL; resolves with the process id that was killed. */
  async killWorker(): Promise<number> {
    await this.#worker?.kill();
    return this.#worker?.pid ?? 0;
  }

  async stopWorker(): Promise<void> {
    await this.#worker?.stop();
  }

  ledger(): Promise<LedgerEntry[]> {
    return this.#control<LedgerEntry[]>('ledger');
  }

  world(): Promise<WorldView> {
    return this.#control<WorldView>('world');
  }

  #watchOver(part: Part): void {
    part.unexpectedEnd().catch(this.#breakDown);
  }

  async #control<T>(path: string): Promise<T> {
    const response = await fetch(`${this.#parts.urls[this.sites.source]}/_sim/${path}`);
    return (await response.json()) as T;
  }
}
