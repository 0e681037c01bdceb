/** What a benchmark runs against: a Temporal dev server, the simulator and one worker, as processes on the loopback interface. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Part } from '../cli/embedded/part.js';
import { connectDrover, type Drover } from '../client/drover.js';
import type { Plan } from '../plan/types.js';
import { simulatedVms, siteVdcId } from '../simulator/index.js';
import { startDevServer } from '../temporal/dev-server.js';
import { resolveTemporalCli } from '../temporal/temporal-cli.js';

export const SOURCE = 'paris';
export const DESTINATION = 'lyon';

/** Hears what is to be closed at the end, the last one first. */
export type Closers = (close: () => Promise<unknown>) => void;

export interface StageOptions {
  vms: number;
  /** simulated seconds per second */
  speed: number;
  /** lines of each site's config, beside its address and login; none: the defaults */
  site?: string[];
}

export interface Stage {
  env: NodeJS.ProcessEnv;
  /** path of the config */
  config: string;
  /** address of the simulator's own controls */
  control: string;
  worker: Part;
  drover: Drover;
  /** rejects when the worker or the simulator ends; never resolves */
  broken(): Promise<never>;
}

export const say = (line: string): void => void process.stderr.write(`${line}\n`);

export async function openStage(options: StageOptions, signal: AbortSignal, onClose: Closers): Promise<Stage> {
  const { vms, speed, site = [] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'drover-bench-'));
  onClose(() => rm(folder, { recursive: true, force: true }));
  const cli = await resolveTemporalCli({ env: process.env, say, signal });
  const server = await startDevServer({ cli: cli.path, say });
  onClose(() => server.stop());
  const env = await environment(folder, server.address);
  const simulation = { vms, speed, sites: [{ name: SOURCE }, { name: DESTINATION }] };
  const simulator = new Part({ role: 'simulator', argument: JSON.stringify(simulation), env, folder });
  onClose(() => simulator.stop());
  const { sites } = JSON.parse(await simulator.firstLine()) as { sites: Record<string, string> };
  const config = join(folder, 'drover.yaml');
  await writeFile(config, configText(sites, site));
  const worker = new Part({ role: 'worker', argument: config, env, folder });
  onClose(() => worker.stop());
  const drover = await connectDrover({ env });
  onClose(() => drover.close());
  while (!(await drover.workerListens())) await delay(200, undefined, { signal });
  const broken = (): Promise<never> => Promise.race([worker.unexpectedEnd(), simulator.unexpectedEnd()]);
  return { env, config, control: `${sites[SOURCE]}/_sim`, worker, drover, broken };
}

/** Nothing of a person's own Temporal settings may reach in. */
async function environment(folder: string, address: string): Promise<NodeJS.ProcessEnv> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
  const profile = join(folder, 'temporal.toml');
  await writeFile(profile, '[profile.default]\n');
  return { ...own, TEMPORAL_ADDRESS: address, TEMPORAL_CONFIG_FILE: profile, BENCH_PASSWORD: 'drover-sim' };
}

function configText(urls: Record<string, string>, more: string[]): string {
  const sites = Object.entries(urls).flatMap(([name, url]) => [
    `  ${name}:`,
    `    url: ${url}`,
    '    login: { type: vcdCredentials, user: ops@acme, password: "${BENCH_PASSWORD}" }',
    ...more.map((line) => `    ${line}`),
  ]);
  return ['sites:', ...sites, ''].join('\n');
}

/** All VMs in one wave, which nobody has to approve. */
export function planOf(name: string, vms: number): Plan {
  return {
    name,
    kind: 'migrate',
    source: { site: SOURCE },
    destination: { site: DESTINATION, vdc: siteVdcId(DESTINATION), storageProfile: '*' },
    replication: {},
    adopt: 'own',
    sync: 'ahead',
    limits: {},
    recovery: { instance: 'latest' },
    cutover: { approval: 'none', window: null, powerOn: true, consolidate: false },
    stopAfter: null,
    keepReplication: false,
    remigrate: false,
    confirm: null,
    waves: [{ name: 'all', vms: simulatedVms({ vms }).map(({ id, name: vm }) => ({ id, name: vm, after: [] })) }],
  };
}

/**
 * Measures, clears up, and ends the process: 1 when it could not be measured, else what `measure` answers.
 * @param limitMs after which it is given up
 */
export async function bounded(
  limitMs: number,
  measure: (signal: AbortSignal, onClose: Closers) => Promise<number>,
): Promise<never> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(name)));
  const late = setTimeout(() => stop.abort(new Error(`not over after ${limitMs / 60_000} minutes`)), limitMs);
  const closers: (() => Promise<unknown>)[] = [];
  let code = 1;
  try {
    code = await Promise.race([measure(stop.signal, (close) => closers.unshift(close)), aborted(stop.signal)]);
  } catch (error) {
    say(`not measured: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearTimeout(late);
    for (const close of closers) await close().catch((error: unknown) => say(`clearing up: ${String(error)}`));
  }
  // Handles of the closed connections may linger; everything that matters has been waited for.
  process.exit(code);
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
