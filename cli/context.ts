/** What every command starts from: its options, where it writes, its config, its connection to Temporal. */
import { existsSync } from 'node:fs';
import type { Drover } from '../client/drover.js';
import { DroverError, NoWorker, START_WORKER } from '../client/errors.js';
import { requireKind } from '../client/file-kind.js';
import { type LoadConfigOptions, loadConfig } from '../plan/config/load-config.js';
import { BadInput } from '../plan/source/problem.js';
import type { Config } from '../plan/types.js';
import type { Env } from '../temporal/connection.js';
import { TemporalUnreachable } from '../temporal/unreachable.js';
import type { Output } from './text/output.js';
import { isAlive, stateFolder, UpState } from './up/state.js';

export interface Cli {
  out: Output;
  env: Env;
  /** `--config`, as typed */
  config: string | undefined;
}

const DEFAULT_CONFIG = 'drover.yaml';

/** The config file that holds: `--config`, `DROVER_CONFIG`, `drover.yaml` when there is one; null: none, the defaults. */
export function configPath({ config, env }: Pick<Cli, 'config' | 'env'>): string | null {
  return config ?? (env.DROVER_CONFIG || (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : null));
}

/** @throws BadInput also for a file that is surely no config */
export function readConfig(path: string | null, env: Env, need: LoadConfigOptions['need']): Config {
  if (path !== null) requireKind(path, 'config');
  return loadConfig(path, { env, need });
}

/** The config as far as a client needs it: no secret is read. @throws BadInput */
export function clientConfig(cli: Cli): Config {
  return readConfig(configPath(cli), cli.env, 'client');
}

/** As {@link clientConfig}, for commands that need to know the sites. @throws BadInput also when there is no config file */
export function configWithSites(cli: Cli): Config {
  return requireSites(configPath(cli), clientConfig(cli));
}

function requireSites(path: string | null, config: Config): Config {
  if (path === null) throw noConfig('write one, or name it with --config FILE or DROVER_CONFIG');
  return config;
}

/** The default config is not there, and one is needed. */
export const noConfig = (hint: string): BadInput =>
  new BadInput([
    {
      file: DEFAULT_CONFIG,
      line: null,
      column: null,
      message: 'the config does not exist',
      expected: 'a file that names the sites',
      hint,
    },
  ]);

/**
 * The environment that leads to Temporal: that of a `drover up` beside the config, unless the settings name another.
 * @throws TemporalUnreachable when that `drover up` was killed
 */
export async function temporalEnv(cli: Cli): Promise<Env> {
  const { env, out } = cli;
  const state = stateOf(cli);
  const up = state.read();
  if (up === null) return env;
  const isUp = isAlive(up.pid);
  // Loaded here alone, as Temporal's client is below.
  const { namesTemporal } = await import('../temporal/connection.js');
  if (namesTemporal(env)) {
    if (isUp && up.address !== env.TEMPORAL_ADDRESS)
      out.note(`The Temporal of your own settings is used, not that of drover up in this folder (pid ${up.pid}).`);
    return env;
  }
  const where = { address: up.address ?? 'an address that is not known yet', namespace: 'default' };
  if (!isUp) {
    throw new TemporalUnreachable(
      where,
      `the drover up that served it (pid ${up.pid}) was killed`,
      `Start it again, and what ran goes on: drover up. If you want another Temporal, set TEMPORAL_ADDRESS`,
    );
  }
  if (up.address === null) {
    throw new TemporalUnreachable(where, `drover up (pid ${up.pid}) is still starting it`, 'Ask again in a moment');
  }
  out.note(`Temporal ${up.address}, of drover up in this folder (pid ${up.pid})`);
  return withoutTemporal(env, { TEMPORAL_ADDRESS: up.address, TEMPORAL_CONFIG_FILE: state.path('temporal.toml') });
}

/** Nothing of a person's own profile reaches another Temporal than theirs. */
const withoutTemporal = (env: Env, own: Env): Env => ({
  ...Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_'))),
  ...own,
});

/** Connects, acts, and disconnects whatever happens. @throws BadInput, TemporalUnreachable, and what `act` throws */
export async function withDrover<T>(
  cli: Cli,
  config: Config,
  act: (drover: Drover) => Promise<T>,
  command?: string,
): Promise<T> {
  // Loaded here alone: Temporal's client is most of what a command takes to start.
  const [{ connectDrover }, { unreachable }] = await Promise.all([
    import('../client/drover.js'),
    import('../client/session.js'),
  ]);
  const env = await temporalEnv(cli);
  const of = command === undefined ? {} : { command };
  const drover = await connectDrover({ env, taskQueue: config.worker.taskQueue, ...of }).catch(
    async (error: unknown) => {
      throw await afterUp(cli, error);
    },
  );
  try {
    return await act(drover);
  } catch (error) {
    // What Drover says itself says more than what of Temporal it comes from.
    const isTold = error instanceof DroverError || error instanceof BadInput || error instanceof TemporalUnreachable;
    throw isTold ? duringUp(cli, drover.temporal.address, error) : (unreachable(drover.temporal, error) ?? error);
  } finally {
    await drover.close();
  }
}

const stateOf = ({ config, env }: Pick<Cli, 'config' | 'env'>): UpState =>
  new UpState(stateFolder(configPath({ config, env }), env));

/** Where nobody says which Temporal is meant, and a `drover up` of this folder has ended, that is what is missing. */
export async function afterUp(cli: Pick<Cli, 'config' | 'env'>, error: unknown): Promise<unknown> {
  const state = stateOf(cli);
  if (!(error instanceof TemporalUnreachable) || state.read() !== null || state.ports() === null) return error;
  const { namesTemporal } = await import('../temporal/connection.js');
  if (namesTemporal(cli.env)) return error;
  const reason = 'nobody answers there, and the drover up of this folder has ended';
  const check = 'Start it again, and what ran goes on: drover up. If you want another Temporal, set TEMPORAL_ADDRESS';
  return new TemporalUnreachable(error, reason, check, error);
}

/** A worker that listens not yet, or no more, is that of the `drover up` which serves this Temporal. */
export function duringUp(cli: Pick<Cli, 'config' | 'env'>, address: string, error: unknown): unknown {
  if (!(error instanceof NoWorker) || error.next !== START_WORKER) return error;
  const state = stateOf(cli);
  const up = state.read();
  if (up === null || up.address !== address || !isAlive(up.pid)) return error;
  const next = `drover up (pid ${up.pid}) brings one: ask again in a moment; if none comes, see ${state.path('worker.log')}`;
  return new NoWorker(error.taskQueue, error.message, next, error);
}
