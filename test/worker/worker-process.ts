import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';

export interface WorkerProcess {
  child: ChildProcess;
  taskQueue: string;
  /** of its health endpoint */
  healthUrl: string;
  /** parsed lines of its log; lines that are not JSON as `{ text }` */
  lines: Record<string, unknown>[];
  /** how many times as long as on a quiet machine it took to start, once at least */
  slowness(): Promise<number>;
  /** waits for a line with this message */
  line(msg: string): Promise<Record<string, unknown>>;
  /** sends a signal and waits for the exit code */
  end(signal: NodeJS.Signals): Promise<number | null>;
  exited: Promise<number | null>;
}

const MAIN = new URL('../../dist/worker/main.js', import.meta.url).href;
const SCRIPT = `
  const { runWorker } = await import(${JSON.stringify(MAIN)});
  process.exit(await runWorker({ configPath: process.argv[1], env: process.env }));
`;

/** ms that a worker takes to be ready on two cores that do nothing else */
const QUIET_START = 2_000;

/** A worker as a process of its own, the compiled one, with sites at the given addresses. */
export async function startWorker(options: {
  temporal: string;
  sites?: Record<string, string>;
  config?: string;
  env?: Record<string, string>;
}): Promise<WorkerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-worker-'));
  const taskQueue = `worker-test-${crypto.randomUUID()}`;
  const config = join(folder, 'drover.yaml');
  const sites = Object.entries(options.sites ?? {}).map(
    ([name, url]) =>
      `  ${name}: { url: "${url}", login: { type: vcdCredentials, user: ops@acme, password: drover-sim } }\n`,
  );
  await writeFile(
    config,
    options.config ?? `${sites.length ? `sites:\n${sites.join('')}` : ''}worker: { taskQueue: ${taskQueue} }\n`,
  );
  const health = `127.0.0.1:${await freePort()}`;
  const began = Date.now();
  const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, config], {
    env: { ...process.env, TEMPORAL_ADDRESS: options.temporal, DROVER_HEALTH: health, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: Record<string, unknown>[] = [];
  let rest = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map(parse));
  });
  const line = (msg: string) =>
    eventually(() => lines.find((one) => one.msg === msg)) as Promise<Record<string, unknown>>;
  const exited = once(child, 'close').then(async ([code]: unknown[]) => {
    await rm(folder, { recursive: true });
    return code as number | null;
  });
  return {
    child,
    taskQueue,
    healthUrl: `http://${health}/healthz`,
    lines,
    exited,
    line,
    async slowness() {
      const { time } = await line('worker ready');
      const started = (typeof time === 'number' ? time : Date.parse(String(time))) - began;
      return Math.max(1, started / QUIET_START);
    },
    end: (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}

function parse(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line);
  } catch {
    return { text: line };
  }
}
