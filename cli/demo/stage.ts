/** Everything the demo needs around a run: Temporal, two simulated sites, a worker, a folder. All of it ends with the demo. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectDrover, type Drover } from '../../client/drover.js';
import type { LedgerEntry, SimulatorOptions, WorldView } from '../../simulator/index.js';
import type { Env } from '../../temporal/connection.js';
import { demoConfigText } from './config.js';
import { Part } from './part.js';
import { EXAMPLE_SITES, type SiteNames } from './plan.js';
import { demoTemporal, endLeftovers } from './temporal.js';

/** The password of the simulator's users; the worker gets it by its environment, as any other. */
const SIMULATED_PASSWORD = 'drover-sim';
/** ms for a worker to listen */
const WORKER_READY = 60_000;

export interface StageOptions {
  env: Env;
  vms: number;
  /** simulated seconds per second */
  speed: number;
  say: (line: string) => void;
  signal: AbortSignal;
}

export interface Stage {
  folder: string;
  sites: SiteNames;
  /** distinguishes this demo on a Temporal that others use as well; empty on one of its own */
  suffix: string;
  drover: Drover;
  /** starts the worker (again); resolves with its process id */
  startWorker: () => Promise<number>;
  /** SIGKILL; resolves with the process id that was killed */
  killWorker: () => Promise<number>;
  /** rejects when a part ends although nobody asked it to */
  broken: Promise<never>;
  ledger: () => Promise<LedgerEntry[]>;
  world: () => Promise<WorldView>;
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
  const env = { ...temporal.env, DROVER_DEMO_PASSWORD: SIMULATED_PASSWORD };
  const simulation: SimulatorOptions = { vms, speed, sites: Object.values(sites).map((name) => ({ name })) };
  const simulator = new Part({ role: 'simulator', argument: JSON.stringify(simulation), env, folder });
  onClose(() => simulator.stop());
  const { sites: urls } = JSON.parse(await simulator.firstLine()) as { sites: Record<string, string> };
  const places = Object.entries(urls).map(([name, url]) => `${name} ${url}`);
  say(`Simulator (pid ${simulator.pid}): ${places.join(', ')}; time runs ${speed} times faster`);

  const taskQueue = `drover-demo${suffix}`;
  const config = join(folder, 'drover.yaml');
  await writeFile(config, demoConfigText({ urls, taskQueue, passwordVariable: 'DROVER_DEMO_PASSWORD' }));
  const drover = await connectDrover({ env, taskQueue });
  onClose(() => drover.close());
  if (temporal.shared) {
    onClose(() => endLeftovers(env, taskQueue));
  }

  const { broken, watchOver } = supervision();
  watchOver(simulator);

  let worker: Part | null = null;
  onClose(async () => worker?.stop());
  async function startWorker(): Promise<number> {
    signal.throwIfAborted();
    worker = new Part({ role: 'worker', argument: config, env, folder });
    watchOver(worker);
    await Promise.race([listening(drover, signal), broken]);
    return worker.pid;
  }
  async function killWorker(): Promise<number> {
    await worker?.kill();
    return worker?.pid ?? 0;
  }
  async function control<T>(path: string): Promise<T> {
    const response = await fetch(`${urls[sites.source]}/_sim/${path}`);
    return (await response.json()) as T;
  }
  return {
    folder,
    sites,
    suffix,
    drover,
    startWorker,
    killWorker,
    broken,
    ledger: () => control<LedgerEntry[]>('ledger'),
    world: () => control<WorldView>('world'),
  };
}

/** Notices parts that end although nobody asked them to. */
function supervision(): { broken: Promise<never>; watchOver: (part: Part) => void } {
  let breakDown: (error: Error) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    breakDown = reject;
  });
  // Whoever waits for it hears of it; before that nobody has to.
  broken.catch(() => {});
  return { broken, watchOver: (part) => void part.unexpectedEnd().catch(breakDown) };
}

async function listening(drover: Drover, signal: AbortSignal): Promise<void> {
  const until = Date.now() + WORKER_READY;
  while (!(await drover.workerListens())) {
    if (Date.now() > until) {
      throw new Error(`the worker does not listen after ${WORKER_READY / 1000} s`);
    }
    await delay(200, undefined, { signal });
  }
}
