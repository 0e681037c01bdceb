/** A Temporal that is killed and comes back where it was: the dev server with a database file. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Env } from '../temporal/connection.js';
import { type DevServer, startDevServer } from '../temporal/dev-server.js';
import { ownEnvironment } from '../temporal/own-environment.js';
import { resolveTemporalCli } from '../temporal/temporal-cli.js';
import type { Journal } from './journal.js';

export interface TemporalUnderTest {
  what: string;
  /** leads clients and workers to it, and keeps a person's own settings away */
  env: Env;
  /** SIGKILL, `pause` ms of silence, and a start on the same port and database; resolves when it serves again */
  crash(pause: number, signal: AbortSignal): Promise<void>;
  /** every process that it ever had */
  pids: number[];
  stop(): Promise<void>;
}

export interface TemporalOptions {
  env: Env;
  folder: string;
  journal: Journal;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** ms for a killed server to serve again: its port may be in use for a moment, its database is recovered first */
const BACK_WITHIN = 120_000;
/** Real runs continue as new after thousands of events; here it happens under fire, in short runs too. */
const DYNAMIC_CONFIG = { 'limit.historyCount.suggestContinueAsNew': 500 };

export async function startDevTemporal(options: TemporalOptions): Promise<TemporalUnderTest> {
  const { env, folder, journal, say, signal } = options;
  const cli = await resolveTemporalCli({ env, say, signal });
  const dbFile = join(folder, 'temporal.db');
  const start = (port?: number): Promise<DevServer> =>
    startDevServer({ cli: cli.path, dbFile, dynamicConfig: DYNAMIC_CONFIG, ...(port !== undefined && { port }) });
  const server = await start();
  const own = await ownEnvironment(env, folder, server.address);
  return new DevTemporal({ server, start, env: own, journal, dbFile });
}

interface Parts {
  server: DevServer;
  start: (port: number) => Promise<DevServer>;
  env: Env;
  journal: Journal;
  dbFile: string;
}

class DevTemporal implements TemporalUnderTest {
  readonly what: string;
  readonly env: Env;
  readonly pids: number[];
  readonly #start: Parts['start'];
  readonly #journal: Journal;
  readonly #port: number;
  #server: DevServer;

  constructor({ server, start, env, journal, dbFile }: Parts) {
    this.what = `Temporal dev server ${server.address} (pid ${server.pid}), database ${dbFile}`;
    this.env = env;
    this.pids = [server.pid];
    this.#start = start;
    this.#journal = journal;
    this.#port = Number(server.address.split(':')[1]);
    this.#server = server;
  }

  async crash(pause: number, signal: AbortSignal): Promise<void> {
    this.#journal.add('server-killed', `Temporal server (pid ${this.#server.pid}) killed with SIGKILL`);
    this.#server.kill();
    await delay(pause, undefined, { signal });
    this.#server = await again(() => this.#start(this.#port), signal);
    const { pid } = this.#server;
    this.pids.push(pid);
    this.#journal.add('server-started', `Temporal server serves again (pid ${pid}), same port and database`);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}

/** @throws the last failure once it has failed for too long */
export async function again<T>(start: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const until = Date.now() + BACK_WITHIN;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await start();
    } catch (error) {
      if (Date.now() > until) throw error;
      await delay(500, undefined, { signal });
    }
  }
}
