/**
 * Temporal's dev server (SQLite, optional web UI) as a process that ends with this one, however this one ends. It gets a
 * process group of its own: Ctrl-C in a terminal must reach Drover first, so that workers can hand over before the server goes.
 */
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { inWords } from '../contract/words.js';
import { ChildProcess, describeEnding, type Ending } from './child-process.js';
import { freePorts, whyTaken } from './free-ports.js';

/** ms until a server that was started must serve; one with a large database needs several seconds */
const START_LIMIT = 60_000;
/** ms between two questions whether it serves */
const ASK_EVERY = 50;

export interface DevServerOptions {
  /** path of the `temporal` executable */
  cli: string;
  say?: (line: string) => void;
  /** SQLite file that keeps everything; absent: in memory, lost at stop */
  dbFile?: string;
  /** absent: a free one */
  port?: number;
  /** serve Temporal's web UI as well, on a free port or on this one; default false */
  ui?: boolean | number;
  /** Temporal's dynamic configuration, such as `limit.historyCount.suggestContinueAsNew` */
  dynamicConfig?: Record<string, string | number | boolean>;
  /** how long closed workflows stay, in days; default Temporal's own (1 day) */
  namespaceRetention?: number;
}

/** A server that serves. */
export class DevServer {
  /** `host:port` */
  readonly address: string;
  readonly uiUrl: string | null;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, { address, uiUrl }: { address: string; uiUrl: string | null }) {
    this.#child = child;
    this.address = address;
    this.uiUrl = uiUrl;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** resolves once it is gone, however */
  get ended(): Promise<Ending> {
    return this.#child.ended;
  }

  lastWords(): string {
    return this.#child.lastWords();
  }

  /** Orderly stop; resolves once the process is gone. */
  stop(): Promise<void> {
    return this.#child.stop();
  }

  /** SIGKILL, as a crash. */
  kill(): void {
    void this.#child.kill();
  }
}

/**
 * Starts a dev server and waits until it serves its `default` namespace.
 * @throws Error with the server's own words when it ends early or does not serve within a minute
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const { cli, say, dbFile, ui, dynamicConfig, namespaceRetention } = options;
  // Histories are in it.
  if (dbFile) await mkdir(dirname(dbFile), { recursive: true, mode: 0o700 });
  const [free = 0, freeUi = 0] = await freePorts(2);
  const uiPort = typeof ui === 'number' ? await notTaken(ui) : freeUi;
  const port = options.port ? await notTaken(options.port) : free;
  const address = `127.0.0.1:${port}`;
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn'];
  args.push(...(ui ? ['--ui-port', String(uiPort)] : ['--headless']));
  if (dbFile) args.push('--db-filename', dbFile);
  for (const [key, value] of Object.entries(dynamicConfig ?? {})) {
    args.push('--dynamic-config-value', `${key}=${JSON.stringify(value)}`);
  }

  const child = new ChildProcess({ file: cli, args });
  const gone = new AbortController();
  void child.ended.then((how) => gone.abort(new Error(`it ended at once (${describeEnding(how)})`)));

  try {
    await serving(port, namespaceRetention, gone.signal);
  } catch (error) {
    await child.kill();
    const words = `The Temporal dev server (${cli}) does not serve: ${(error as Error).message}\n${child.lastWords()}`;
    throw new Error(words.trim(), { cause: error });
  }

  const uiUrl = ui ? `http://127.0.0.1:${uiPort}` : null;
  say?.(`Temporal dev server: ${address}${uiUrl ? `, web UI ${uiUrl}` : ''}${dbFile ? `, database ${dbFile}` : ''}`);
  return new DevServer(child, { address, uiUrl });
}

async function notTaken(port: number): Promise<number> {
  const reason = await whyTaken(port);
  if (reason !== null) throw new Error(`port ${port} cannot be used: ${reason.message}`, { cause: reason });
  return port;
}

async function serving(port: number, retentionDays: number | undefined, gone: AbortSignal): Promise<void> {
  const until = Date.now() + START_LIMIT;
  const namespace = 'default';
  for (;;) {
    let connection: Connection | undefined;
    try {
      // gRPC waits a second after a refused connection, a plain socket does not.
      await accepts(port);
      connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 2_000 });
      const { workflowService } = connection;
      await connection.withDeadline(Date.now() + 2_000, async () => {
        await workflowService.describeNamespace({ namespace });
        if (retentionDays === undefined) return;
        const config = { workflowExecutionRetentionTtl: msToTs(`${retentionDays} days`) };
        await workflowService.updateNamespace({ namespace, config });
      });
      return;
    } catch (error) {
      gone.throwIfAborted();
      if (Date.now() > until) throw new Error(`no answer in ${inWords(START_LIMIT)}`, { cause: error });
    } finally {
      await connection?.close();
    }
    await delay(ASK_EVERY);
  }
}

async function accepts(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
