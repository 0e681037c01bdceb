/**
 * Finds the official `temporal` executable, whose dev server `drover demo` and the tests run. Nothing is
 * asked of the person as long as one way works; each way is announced, so that minutes of building are no surprise.
 */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Env } from './connection.js';
import { buildWithGo, type Install, type ResolveOptions } from './temporal-cli-install.js';
import { download } from './temporal-cli-release.js';

export const CLI_VERSION = 'v1.5.1';

export type CliOrigin = 'DROVER_TEMPORAL_CLI' | 'PATH' | 'cache' | 'download' | 'go';

export interface TemporalCli {
  path: string;
  from: CliOrigin;
}

/** Where Drover keeps the executable that it downloaded or built. */
export function cachedCli(env: Env): string {
  const cache = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  return join(cache, 'drover', 'temporal-cli', CLI_VERSION, 'temporal');
}

/**
 * `DROVER_TEMPORAL_CLI`, `PATH`, the cache, the SDK's download, a build with Go: the first that works. What is already
 * there is asked for its version before it is believed.
 * @throws Error that lists what was tried and what to install
 */
export async function resolveTemporalCli(
  options: ResolveOptions,
  installs: { download: Install; go: Install } = { download, go: buildWithGo },
): Promise<TemporalCli> {
  const { env, say, signal } = options;
  const tried: string[] = [];

  async function use(path: string, from: CliOrigin): Promise<TemporalCli | null> {
    try {
      const version = await versionOf(path, signal);
      say(`Temporal CLI: ${path} (${from === 'cache' ? "Drover's cache" : from}), ${version}`);
      return { path, from };
    } catch (error) {
      signal?.throwIfAborted();
      tried.push(`${from}: ${path} does not work: ${messageOf(error)}`);
      say(`Temporal CLI: ${tried.at(-1)}`);
      return null;
    }
  }

  const chosen = env.DROVER_TEMPORAL_CLI;
  if (chosen) {
    const found = await use(resolve(chosen), 'DROVER_TEMPORAL_CLI');
    if (found) return found;
  } else {
    tried.push('DROVER_TEMPORAL_CLI: not set');
  }

  const onPath = await firstExecutable((env.PATH ?? '').split(delimiter).filter(Boolean));
  if (onPath) {
    const found = await use(onPath, 'PATH');
    if (found) return found;
  } else {
    tried.push('PATH: holds no `temporal`');
  }

  const target = cachedCli(env);
  if (await executable(target)) {
    const found = await use(target, 'cache');
    if (found) return found;
  } else {
    tried.push(`cache: ${target} does not exist`);
  }

  const ways = [
    { from: 'download', install: installs.download, what: `downloading ${CLI_VERSION}` },
    { from: 'go', install: installs.go, what: `building ${CLI_VERSION} with Go (about 3 minutes on two cores, once)` },
  ] as const;
  for (const { from, install, what } of ways) {
    say(`Temporal CLI: ${what}`);
    try {
      await install({ ...options, target, version: CLI_VERSION });
    } catch (error) {
      signal?.throwIfAborted();
      tried.push(`${from}: ${messageOf(error)}`);
      say(`Temporal CLI: ${tried.at(-1)}`);
      continue;
    }
    const found = await use(target, from);
    if (found) return found;
  }

  throw new Error(
    [
      'No Temporal CLI could be found, downloaded or built. Tried:',
      ...tried.map((line) => `  - ${line}`),
      'Install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH, or name it with',
      'DROVER_TEMPORAL_CLI; or install Go 1.25 or newer, and Drover builds it; or set TEMPORAL_ADDRESS to a server that runs.',
    ].join('\n'),
  );
}

/** The CLI's own words, such as `temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)`. */
async function versionOf(path: string, signal?: AbortSignal): Promise<string> {
  // A cold start reads 250 MB from disk.
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 30_000, ...(signal && { signal }) });
  const line = stdout.trim().split('\n')[0] ?? '';
  if (!line.startsWith('temporal version')) throw new Error(`--version answered ${JSON.stringify(line.slice(0, 80))}`);
  return line;
}

async function firstExecutable(folders: string[]): Promise<string | null> {
  for (const folder of folders) {
    const path = join(folder, 'temporal');
    if (await executable(path)) return path;
  }
  return null;
}

/** Whether a file is there that this user may run. */
export const executable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s*\n\s*/g, '; ');
