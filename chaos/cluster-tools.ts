/** The programs behind `--cluster`: PostgreSQL from the distribution, Temporal's server and schema tool built with Go. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Env } from '../temporal/connection.js';
import { executable } from '../temporal/temporal-cli.js';

const SERVER_VERSION = 'v1.29.1';
const MODULE = 'go.temporal.io/server';
const POSTGRES_BIN = '/usr/lib/postgresql/15/bin';
/** ms for an installation of the distribution's package */
const INSTALL_LIMIT = 15 * 60_000;
/** ms for a build with Go: a quarter of an hour of two free cores, and a machine seldom is free. */
const BUILD_LIMIT = 60 * 60_000;

const run = promisify(execFile);

/** Something that cannot be installed here; the message says what, and how a person gets it. */
export class MissingTools extends Error {
  override readonly name = 'MissingTools';
}

export interface ClusterTools {
  /** folder with initdb and postgres */
  postgres: string;
  server: string;
  sql: string;
  /** folder with the schemas `temporal` and `visibility` */
  schema: string;
}

export async function clusterTools(env: Env, say: (line: string) => void): Promise<ClusterTools> {
  const postgres = await postgresFolder(say);
  const folder = join(
    env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'),
    'drover',
    'temporal-server',
    SERVER_VERSION,
  );
  const server = await built({ name: 'server', path: 'cmd/server', folder, env, say });
  const sql = await built({ name: 'sql', path: 'cmd/tools/sql', folder, env, say });
  const { stdout } = await go(['mod', 'download', '-json', `${MODULE}@${SERVER_VERSION}`], env);
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  return { postgres, server, sql, schema: join(Dir, 'schema', 'postgresql', 'v12') };
}

async function postgresFolder(say: (line: string) => void): Promise<string> {
  const works = (): Promise<boolean> => executable(join(POSTGRES_BIN, 'postgres'));
  if (await works()) return POSTGRES_BIN;
  say('PostgreSQL 15: installing the package of the distribution');
  const failure = await run('apt-get', ['install', '-yq', '--no-install-recommends', 'postgresql-15'], {
    timeout: INSTALL_LIMIT,
  }).then(
    () => '',
    (error: Error) => error.message,
  );
  if (await works()) return POSTGRES_BIN;
  throw new MissingTools(
    `--cluster needs PostgreSQL 15 in ${POSTGRES_BIN}; it could not be installed: ${failure}\nInstall it: apt-get install postgresql-15`,
  );
}

async function built(options: {
  name: string;
  path: string;
  folder: string;
  env: Env;
  say: (line: string) => void;
}): Promise<string> {
  const { name, path, folder, env, say } = options;
  const target = join(folder, name);
  if (await executable(target)) return target;
  say(`Temporal ${name} ${SERVER_VERSION}: building with Go (minutes, once)`);
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(`${target}-`);
  try {
    await go(['install', '-ldflags=-s -w', `${MODULE}/${path}@${SERVER_VERSION}`], { ...env, GOBIN: temporary });
    await rename(join(temporary, name), target);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return target;
}

/** Outside of any module, so that none of its settings hold. */
async function go(args: string[], env: Env): Promise<{ stdout: string }> {
  try {
    return await run('go', args, { env: { ...env }, cwd: '/', timeout: BUILD_LIMIT, maxBuffer: 2 ** 24 });
  } catch (error) {
    throw new MissingTools(
      `--cluster needs Go 1.25 or newer, to build Temporal's server ${SERVER_VERSION}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
