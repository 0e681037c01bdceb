/** Everything around a chaos run, each part a process of its own: Temporal, the simulator, the workers; and how it is cleared. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { Part } from '../cli/embedded/part.js';
import { connectDrover, type Drover } from '../client/index.js';
import type { SimulatorOptions, VmChange } from '../simulator/index.js';
import { connectClient, type Env } from '../temporal/connection.js';
import { startCluster } from './cluster.js';
import type { Journal } from './journal.js';
import type { ChaosOptions } from './options.js';
import { configText, PASSWORD, PASSWORD_VARIABLE, SITES, TASK_QUEUE } from './plan-files.js';
import { type SiteControl, siteControl } from './site-control.js';
import { startDevTemporal, type TemporalUnderTest } from './temporal-under-test.js';
import { WorkerFleet } from './worker-fleet.js';

export interface Stage {
  folder: string;
  temporal: TemporalUnderTest;
  control: SiteControl;
  fleet: WorkerFleet;
  drover: Drover;
  /** for what the library does not show: histories, what single VMs wait for */
  client: Client;
  /** rejects when the judge itself ends */
  broken: Promise<never>;
  pids(): number[];
}

export interface StageOptions {
  options: ChaosOptions;
  vmChanges: VmChange[];
  env: Env;
  journal: Journal;
  say: (line: string) => void;
  signal: AbortSignal;
}

export type OnClose = (close: () => Promise<unknown>) => void;

export async function setStage(given: StageOptions, onClose: OnClose): Promise<Stage> {
  const { options, vmChanges, env, journal, say, signal } = given;
  const folder = await mkdtemp(join(tmpdir(), 'drover-chaos-'));
  onClose(() => (options.keep ? Promise.resolve() : rm(folder, { recursive: true, force: true })));
  const start = options.cluster ? startCluster : startDevTemporal;
  const temporal = await start({ env, folder, journal, say, signal });
  onClose(() => temporal.stop());
  say(temporal.what);
  signal.throwIfAborted();

  const own: Env = { ...temporal.env, [PASSWORD_VARIABLE]: PASSWORD };
  const simulation: SimulatorOptions = {
    seed: options.seed,
    vms: options.vms,
    speed: options.speed,
    sites: Object.values(SITES).map((name) => ({ name })),
    vmChanges,
  };
  const simulator = new Part({ role: 'simulator', argument: JSON.stringify(simulation), env: own, folder });
  onClose(() => simulator.stop());
  const { sites } = JSON.parse(await simulator.firstLine()) as { sites: Record<string, string> };
  say(`Simulator (pid ${simulator.pid}), never killed: ${Object.values(sites).join(', ')}`);
  const control = siteControl(sites[SITES.source] ?? '');

  const config = join(folder, 'drover.yaml');
  await writeFile(config, configText(sites));
  const fleet = new WorkerFleet({ workers: options.workers, config, env: own, folder, journal });
  const drover = await connectDrover({ env: own, taskQueue: TASK_QUEUE });
  onClose(() => drover.close());
  const { client, connection } = await connectClient(own);
  onClose(() => connection.close());
  onClose(() => fleet.stop());
  const broken = simulator.unexpectedEnd();
  // Whoever waits for it hears of it; before that nobody has to.
  broken.catch(() => {});
  return {
    folder,
    temporal,
    control,
    fleet,
    drover,
    client,
    broken,
    pids: () => [...temporal.pids, simulator.pid, ...fleet.pids],
  };
}
