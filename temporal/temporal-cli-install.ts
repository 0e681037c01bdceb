/**
 * The two ways in which Drover brings the Temporal CLI into its cache. Both work in a folder of their own beside the
 * target and end with a rename, so that two processes at once, or a killed one, never leave half a file behind.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ChildProcess, describeEnding } from './child-process.js';
import type { Env } from './connection.js';

export interface ResolveOptions {
  env: Env;
  /** hears one line per attempt, and progress of what takes long */
  say: (line: string) => void;
  signal?: AbortSignal;
}

/** How a missing executable can be brought into the cache; throws with the reason when it cannot. */
export type Install = (options: ResolveOptions & { target: string; version: string }) => Promise<void>;

/** ms for the whole download; about 30 MB */
const DOWNLOAD_LIMIT = 180_000;
/** ms between two lines of progress */
const PROGRESS_EVERY = 10_000;
/** the first Go that Temporal CLI 1.5.1 builds with */
const GO_NEEDED = [1, 25] as const;

/**
 * The SDK can download the CLI only on the way to starting it, within a Runtime that this process may want to set up
 * differently: a process of its own starts it once and stops it.
 */
const DOWNLOADER = `
import { TestWorkflowEnvironment } from '@temporalio/testing';
const [downloadDir, version] = process.argv.slice(-2);
const server = { executable: { type: 'cached-download', downloadDir, version, ttl: '1d' } };
try {
  await (await TestWorkflowEnvironment.createLocal({ server })).teardown();
} catch (error) {
  let at = error;
  while (at.cause instanceof Error) at = at.cause;
  // The core nests every layer's words, each with the whole URL; the innermost say what is wrong.
  console.error('https://temporal.download: ' + String(at.message).split('): ').at(-1));
  process.exitCode = 1;
}
`;

/** The download that `@temporalio/testing` brings along. */
export const downloadWithSdk: Install = async ({ target, version, env, say, signal }) => {
  await intoPlace(target, async (folder) => {
    const since = Date.now();
    // Not AbortSignal.timeout: inside AbortSignal.any, Node 20 collects it before it fires.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException('it takes too long')), DOWNLOAD_LIMIT);
    await run(process.execPath, ['--input-type=module', '-e', DOWNLOADER, folder, version], {
      env,
      // Here its imports are found, whether Drover runs from a checkout or from node_modules.
      cwd: dirname(fileURLToPath(import.meta.url)),
      signal: AbortSignal.any([late.signal, ...(signal ? [signal] : [])]),
      onTick: () => say(`Temporal CLI: downloading, ${secondsSince(since)} s`),
    }).finally(() => clearTimeout(timer));
    const file = (await readdir(folder)).find((name) => name.startsWith('temporal-') && !name.endsWith('.downloading'));
    if (!file) throw new Error('the SDK left no executable behind');
    return join(folder, file);
  });
};

/** `go install` of the released CLI, from the Go module proxy. */
export const buildWithGo: Install = async ({ target, version, env, say, signal }) => {
  const found = await goVersion(env);
  if (!found) throw new Error('no Go on PATH');
  const [major, minor] = found;
  if (major < GO_NEEDED[0] || (major === GO_NEEDED[0] && minor < GO_NEEDED[1])) {
    throw new Error(`Go ${found.join('.')} is too old, ${GO_NEEDED.join('.')} is needed`);
  }
  await intoPlace(target, async (folder) => {
    const since = Date.now();
    let modules = 0;
    let packages = 0;
    await run('go', ['install', '-v', '-ldflags=-s -w', `github.com/temporalio/cli/cmd/temporal@${version}`], {
      env: { ...env, GOBIN: folder },
      ...(signal && { signal }),
      onLine: (line) => {
        if (line.startsWith('go: downloading')) modules += 1;
        else packages += 1;
      },
      onTick: () =>
        say(
          `Temporal CLI: building with Go, ${secondsSince(since)} s, ${modules} modules downloaded, ${packages} packages compiled`,
        ),
    });
    return join(folder, 'temporal');
  });
};

export async function intoPlace(target: string, make: (folder: string) => Promise<string>): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const folder = await mkdtemp(`${target}-`);
  try {
    const made = await make(folder);
    await chmod(made, 0o755);
    await rename(made, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `[1, 26]`, or null without Go. */
async function goVersion(env: Env): Promise<[number, number] | null> {
  try {
    // GOTOOLCHAIN=local: what is installed, not what could be downloaded.
    const { stdout } = await promisify(execFile)('go', ['version'], { env: { ...env, GOTOOLCHAIN: 'local' } });
    const numbers = /\bgo(\d+)\.(\d+)/.exec(stdout);
    return numbers ? [Number(numbers[1]), Number(numbers[2])] : null;
  } catch {
    return null;
  }
}

interface RunOptions {
  env: Env;
  cwd?: string;
  signal?: AbortSignal;
  onLine?: (line: string) => void;
  onTick: () => void;
}

/** Runs a program to its end; giving up, and the end of this process, end what it started as well. */
async function run(file: string, args: string[], { env, cwd, signal, onLine, onTick }: RunOptions): Promise<void> {
  signal?.throwIfAborted();
  const child = new ChildProcess({ file, args, env, ...(cwd !== undefined && { cwd }) });
  child.onLine((line) => onLine?.(line), 'both');
  const ticking = setInterval(onTick, PROGRESS_EVERY);
  const giveUp = () => void child.kill();
  signal?.addEventListener('abort', giveUp, { once: true });
  const ending = await child.ended;
  clearInterval(ticking);
  signal?.removeEventListener('abort', giveUp);
  if (signal?.aborted) {
    throw new Error(signal.reason instanceof DOMException ? `gave up: ${signal.reason.message}` : 'interrupted');
  }
  if (ending.code === 0) return;
  const said = child.lastWords().split('\n').slice(-5).join('; ');
  throw new Error(said || `${file} ended: ${describeEnding(ending)}`);
}

const secondsSince = (since: number): number => Math.round((Date.now() - since) / 1000);
