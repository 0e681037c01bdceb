/** A Temporal that is killed and comes back where it was: the dev server with a database file. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Env } from '../temporal/connection.js';
import { type DevServer, startDevServer } from '../temporal/dev-server.js';
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
const CONTINUE_AFTER = 500;

export async function startDevTemporal({
  env,
  folder,
  journal,
  say,
  signal,
}: TemporalOptions): Promise<TemporalUnderTest> {
  const cli = await resolveTemporalCli({ env, say, signal });
  const dbFile = join(folder, 'temporal.db');
  const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': CONTINUE_AFTER };
  const start = (port?: number): Promise<DevServer> =>
    startDevServer({ cli: cli.path, dbFile, dynamicConfig, ...(port !== undefined && { port }) });
  let server = await start();
  const pids = [server.pid];
  const port = Number(server.address.split(':')[1]);
  return {
    what: `Temporal dev server ${server.address} (pid ${server.pid}), database ${dbFile}`,
    env: await ownEnvironment(env, folder, server.address),
    pids,
    async crash(pause, stop) {
      journal.add('server-killed', `Temporal server (pid ${server.pid}) killed with SIGKILL`);
      server.kill();
      await delay(pause, undefined, { signal: stop });
      server = await again(() => start(port), stop);
      pids.push(server.pid);
      journal.add('server-started', `Temporal server serves again (pid ${server.pid}), same port and database`);
    },
    stop: () => server.stop(),
  };
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

/** A person's own profile may name a cluster with TLS and keys; nothing of it may reach into the run. */
export async function ownEnvironment(env: Env, folder: string, address: string): Promise<Env> {
  const profile = join(folder, 'temporal.toml');
  await writeFile(profile, '[profile.default]\n');
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
  return { ...own, TEMPORAL_ADDRESS: address, TEMPORAL_CONFIG_FILE: profile };
}
