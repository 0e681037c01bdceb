/** `drover up`: all that runs need, on one machine, for as long as this process lives; what it keeps outlives it. */
import { existsSync, renameSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { connectDrover } from '../../client/drover.js';
import { DroverError } from '../../client/errors.js';
import { whyUnwritable } from '../../client/file-trouble.js';
import { EXIT } from '../../contract/exit-codes.js';
import type { Config } from '../../plan/types.js';
import type { Env } from '../../temporal/connection.js';
import { type DevServer, startDevServer } from '../../temporal/dev-server.js';
import { freePorts, whyTaken } from '../../temporal/free-ports.js';
import { ownEnvironment } from '../../temporal/own-environment.js';
import { resolveTemporalCli } from '../../temporal/temporal-cli.js';
import { listening } from '../embedded/listening.js';
import { Part } from '../embedded/part.js';
import { type Hold, takeHold } from './hold.js';
import { KeptPart, type Running } from './kept-part.js';
import { furnish, hasPlayground, type PlaygroundOptions, playgroundWorld, writeFirstPlan } from './playground.js';
import { isAlive, type Ports, UpState } from './state.js';

/** Closed workflows stay so long, in days: a run whose gate is weeks away has children that closed long ago. */
export const RETENTION = 90;
/** ms for what an earlier `drover up` has started to end: it is asked to end when that one is gone, and killed after 5 s */
const LEFTOVERS = 20_000;
/** bytes from which on a log is set aside */
const LARGE_LOG = 20 * 2 ** 20;

export interface UpOptions {
  env: Env;
  /** path of the config, which a playground need not have yet */
  config: string;
  /** folder of what is kept */
  state: string;
  /** wanted: two simulated sites; where they are already, they are started in any case */
  simulator: { wanted: boolean; vms: number | undefined; speed: number | undefined };
  /** reads the config, once it is there. @throws BadInput */
  read: () => Config;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** What is up, and where. */
export interface Up {
  pid: number;
  config: string;
  temporal: { address: string; uiUrl: string | null; database: string; retentionDays: number };
  store: string;
  worker: { pid: number; log: string };
  simulator: { sites: Record<string, string>; log: string; world: string } | null;
}

/** Another `drover up` has the folder. */
export class AlreadyUp extends DroverError {
  readonly code = 'AlreadyUp';
  readonly pid: number | null;

  constructor(folder: string, pid: number | null) {
    const who = pid === null ? 'another process' : `process ${pid}`;
    super(`drover up runs in this folder already: ${who} holds ${folder}.`, {
      next: pid === null ? null : `use it as it is (drover list), or end it: kill ${pid}`,
    });
    this.pid = pid;
  }
}

/** What it keeps cannot be written. */
class FolderUnusable extends DroverError {
  readonly code = 'FolderUnusable';

  constructor(folder: string, cause: unknown) {
    super(`The folder ${folder} ${whyUnwritable(cause)}.`, { next: 'set DROVER_STATE to one that can', cause });
  }
}

/** Brings everything up, tells it, and stays until it is told to stop; then ends its parts in order. @throws the reason of `signal` */
export async function withUp(options: UpOptions, ready: (up: Up) => void): Promise<void> {
  const state = new UpState(options.state);
  const hold = takeFolder(state);
  const site = new BuildingSite(options, state);
  try {
    ready(await site.build());
    await site.lasts();
  } finally {
    await site.clear();
    hold.release();
  }
}

function takeFolder(state: UpState): Hold {
  try {
    state.makeFolder();
  } catch (error) {
    throw new FolderUnusable(state.folder, error);
  }
  const hold = takeHold(state.path('up.lock'));
  if (hold === null) throw new AlreadyUp(state.folder, state.read()?.pid ?? null);
  return hold;
}

class BuildingSite {
  readonly #options: UpOptions;
  readonly #state: UpState;
  /** in the order of their begin */
  readonly #parts: Pick<KeptPart<Running>, 'running' | 'kept' | 'stop'>[] = [];
  readonly #startedAt = new Date().toISOString();
  #temporal: { address: string; uiUrl: string | null } | null = null;

  constructor(options: UpOptions, state: UpState) {
    this.#options = options;
    this.#state = state;
  }

  async build(): Promise<Up> {
    const { env, say, signal, simulator, config } = this.#options;
    const isPlayground = simulator.wanted || hasPlayground(this.#state);
    // What is wrong with it is told before anything is started.
    if (!isPlayground) this.#options.read();
    await this.#outlive();
    this.#tell();
    const cli = await resolveTemporalCli({ env, say, signal });
    signal.throwIfAborted();
    const playground = isPlayground ? await this.#playground({ ...simulator, config, say }) : null;
    const { store, worker, sites } = this.#options.read();

    const server = await this.#startTemporal(cli.path);
    const { address } = server;
    this.#temporal = server;
    this.#tell();
    const own = await ownEnvironment(env, this.#state.folder, address);

    const kept = await this.#startWorker(own);
    const drover = await connectDrover({ env: own, taskQueue: worker.taskQueue });
    try {
      await Promise.race([listening(drover, Object.keys(sites), signal), kept.kept]);
      if (playground !== null) await writeFirstPlan({ config, say }, drover);
    } finally {
      await drover.close();
    }
    signal.throwIfAborted();
    return {
      pid: process.pid,
      config,
      temporal: { ...server, database: this.#state.path(DATABASE), retentionDays: RETENTION },
      store: store.kind === 'sqlite' ? store.file : store.url,
      worker: { pid: kept.running?.pid ?? 0, log: this.#state.path('worker.log') },
      simulator: playground,
    };
  }

  /** Until it is told to stop, or a part cannot go on. @throws the reason for either */
  async lasts(): Promise<void> {
    const { signal } = this.#options;
    const stopped = new Promise<never>((_, reject) => {
      const stop = () => reject(signal.reason as Error);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
    await Promise.race([stopped, ...this.#parts.map(({ kept }) => kept)]);
  }

  /** The worker hands over first, while Temporal is there; what others find is gone last. */
  async clear(): Promise<void> {
    for (const part of this.#parts.toReversed()) {
      // One part that cannot be ended must not keep the others.
      await part.stop().catch((error: unknown) => this.#options.say(`clearing up: ${String(error)}`));
    }
    this.#state.remove();
  }

  /** One that was killed leaves its parts to their guards, and they may still have the files. */
  async #outlive(): Promise<void> {
    const left = this.#state.read()?.children.filter(isAlive) ?? [];
    if (left.length === 0) return;
    this.#options.say(`An earlier drover up was killed; waiting for what it had started (pid ${left.join(', ')})`);
    const until = Date.now() + LEFTOVERS;
    while (left.some(isAlive) && Date.now() < until) await delay(100, undefined, { signal: this.#options.signal });
  }

  #tell(): void {
    const children = this.#parts.flatMap(({ running }) => running?.pid ?? []);
    const { address = null, uiUrl = null } = this.#temporal ?? {};
    this.#state.write({ version: 1, pid: process.pid, address, uiUrl, startedAt: this.#startedAt, children });
  }

  async #begin<T extends Running>(
    name: string,
    start: () => Promise<T>,
    isFinal?: (ending: { code: number | null }) => boolean,
  ): Promise<KeptPart<T>> {
    const { say } = this.#options;
    const part = new KeptPart<T>({ name, start, say, started: () => this.#tell(), ...(isFinal && { isFinal }) });
    this.#parts.push(part);
    await part.begin();
    return part;
  }

  async #playground(wanted: Omit<PlaygroundOptions, 'state'>): Promise<NonNullable<Up['simulator']>> {
    const options = { ...wanted, state: this.#state };
    const world = await playgroundWorld(options);
    let sites: Record<string, string> = {};
    await this.#begin('The simulator', async () => {
      const part = this.#part('simulator', JSON.stringify(world), this.#options.env);
      ({ sites } = JSON.parse(await part.firstLine()) as { sites: Record<string, string> });
      return part;
    });
    furnish(options, sites);
    return { sites, log: this.#state.path('simulator.log'), world: world.keep ?? '' };
  }

  async #startTemporal(cli: string): Promise<{ address: string; uiUrl: string | null }> {
    const ports = await portsFor(this.#state);
    const part = await this.#begin<DevServer>('Temporal', () =>
      startDevServer({
        cli,
        port: ports.temporal,
        ui: ports.ui,
        dbFile: this.#state.path(DATABASE),
        namespaceRetention: RETENTION,
      }),
    );
    const { address = '', uiUrl = null } = part.running ?? {};
    return { address, uiUrl };
  }

  /** What is wrong with config or runs stays wrong until a person has seen to it. */
  #startWorker(env: Env): Promise<KeptPart<Part>> {
    const final = new Set<number | null>([EXIT.badInput, EXIT.personNeeded]);
    return this.#begin(
      'The worker',
      async () => this.#part('worker', this.#options.config, env),
      ({ code }) => final.has(code),
    );
  }

  #part(role: 'worker' | 'simulator', argument: string, env: Env): Part {
    setAside(this.#state.path(`${role}.log`));
    return new Part({ role, argument, env, folder: this.#state.folder });
  }
}

const DATABASE = 'temporal.db';

/** Those of the last time where they are free. */
async function portsFor(state: UpState): Promise<Ports> {
  const [temporal = 0, ui = 0] = await freePorts(2);
  const before = state.ports();
  const ports = {
    temporal: before && !(await whyTaken(before.temporal)) ? before.temporal : temporal,
    ui: before && !(await whyTaken(before.ui)) ? before.ui : ui,
  };
  state.keepPorts(ports);
  return ports;
}

function setAside(log: string): void {
  if (existsSync(log) && statSync(log).size > LARGE_LOG) renameSync(log, `${log}.1`);
}
