/** What every command starts from: its options, where it writes, its config, its connection to Temporal. */
import { existsSync } from 'node:fs';
import type { Drover } from '../client/drover.js';
import { requireKind } from '../client/file-kind.js';
import { type LoadConfigOptions, loadConfig } from '../plan/config/load-config.js';
import { BadInput } from '../plan/source/problem.js';
import type { Config } from '../plan/types.js';
import type { Env } from '../temporal/connection.js';
import type { Output } from './text/output.js';

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
  if (path === null) {
    throw new BadInput([
      {
        file: DEFAULT_CONFIG,
        line: null,
        column: null,
        message: 'the config does not exist',
        expected: 'a file that names the sites',
        hint: 'write one, or name it with --config FILE or DROVER_CONFIG',
      },
    ]);
  }
  return config;
}

/** Connects, acts, and disconnects whatever happens. @throws BadInput, TemporalUnreachable, and what `act` throws */
export async function withDrover<T>(
  cli: Cli,
  config: Config,
  act: (drover: Drover) => Promise<T>,
  command?: string,
): Promise<T> {
  // Loaded here alone: Temporal's client is most of what a command takes to start.
  const { connectDrover } = await import('../client/drover.js');
  const drover = await connectDrover({
    env: cli.env,
    taskQueue: config.worker.taskQueue,
    ...(command === undefined ? {} : { command }),
  });
  try {
    return await act(drover);
  } finally {
    await drover.close();
  }
}
