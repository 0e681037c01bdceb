import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { Lab } from './lab.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface WorkerProcess {
  pid: number;
  /** what it has logged so far */
  log(): string;
  /** SIGKILL, and wait until it is gone */
  kill(): Promise<void>;
  /** SIGTERM, and wait for its exit code */
  stop(): Promise<number | null>;
}

/** Starts `drover worker` as a process of its own for the lab's task queue; resolves once it says that it is ready. */
export async function spawnWorker(lab: Lab, env: NodeJS.ProcessEnv = {}): Promise<WorkerProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'drover-worker-'));
  const config = join(directory, 'drover.yaml');
  writeFileSync(config, stringify(configFile(lab)));
  const child = spawn(process.execPath, [MAIN, 'worker', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TEMPORAL_ADDRESS: process.env.DROVER_TEST_TEMPORAL, LAB_PASSWORD: 'drover-sim', ...env },
  });
  const ended = once(child, 'exit').finally(() => rmSync(directory, { recursive: true, force: true }));
  let log = '';
  child.stderr.setEncoding('utf8');
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: string) => {
      log += chunk;
      if (log.includes('worker ready')) resolve();
    });
    child.once('exit', () => reject(new Error(`the worker ended before it was ready: ${log}`)));
  });
  return {
    pid: child.pid ?? -1,
    log: () => log,
    kill: () => end(child, 'SIGKILL', ended),
    async stop() {
      await end(child, 'SIGTERM', ended);
      return child.exitCode;
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await ended;
}

function configFile(lab: Lab): object {
  const sites = Object.values(lab.config.sites).map(({ name, url, limits, polling, reconcile, missingFor }) => [
    name,
    {
      url,
      login: { type: 'vcdCredentials', user: 'ops@acme', password: '$' + '{LAB_PASSWORD}' },
      limits,
      polling: { interval: `${polling.interval}ms`, selfCheck: `${polling.selfCheck}ms` },
      reconcile: { settle: `${reconcile.settle}ms` },
      missingFor: `${missingFor}ms`,
    },
  ]);
  const store = { url: `sqlite:${lab.storeFile}` };
  const hooks = { allow: lab.config.hooks?.allow ?? [] };
  return { sites: Object.fromEntries(sites), store, hooks, worker: { taskQueue: lab.taskQueue } };
}
