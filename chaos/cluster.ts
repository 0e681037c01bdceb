/** Temporal as a company runs it: its server on PostgreSQL, each a process of its own. Both are killed. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ChildProcess } from '../temporal/child-process.js';
import { connectClient, type Env } from '../temporal/connection.js';
import { freePorts } from '../temporal/free-ports.js';
import { ownEnvironment } from '../temporal/own-environment.js';
import { resolveTemporalCli } from '../temporal/temporal-cli.js';
import { clusterConfig, DYNAMIC_CONFIG, type ServerPorts } from './cluster-config.js';
import { type ClusterTools, clusterTools } from './cluster-tools.js';
import type { Journal } from './journal.js';
import { DATABASE_USER, Postgres } from './postgres.js';
import { again, type TemporalOptions, type TemporalUnderTest } from './temporal-under-test.js';

const run = promisify(execFile);

const DATABASES = { temporal: 'temporal', temporal_visibility: 'visibility' } as const;

export async function startCluster({ env, folder, journal, say, signal }: TemporalOptions): Promise<TemporalUnderTest> {
  const tools = await clusterTools(env, say);
  const cli = await resolveTemporalCli({ env, say, signal });
  const [databasePort = 0, ...ports] = await freePorts(10);
  const postgres = await Postgres.create({
    bin: tools.postgres,
    port: databasePort,
    log: join(folder, 'postgres.log'),
  });
  let cluster: Cluster | undefined;
  try {
    await postgres.start(signal);
    await createSchema(tools, databasePort);
    const named = namedPorts(ports);
    await writeConfig(folder, databasePort, named);
    const address = `127.0.0.1:${named.frontend}`;
    const own = await ownEnvironment(env, folder, address);
    const startServer = (): ChildProcess =>
      new ChildProcess({
        file: tools.server,
        args: ['--root', folder, '--config', 'temporal-config', '--env', 'chaos', '--allow-no-auth', 'start'],
        log: join(folder, 'temporal-server.log'),
        env: own,
      });
    cluster = new Cluster({ postgres, startServer, env: own, journal, address, databasePort });
    await cluster.createNamespace(cli.path, signal);
    return cluster;
  } catch (error) {
    await (cluster ?? postgres).stop().catch(() => {});
    throw error;
  }
}

interface Parts {
  postgres: Postgres;
  startServer: () => ChildProcess;
  env: Env;
  journal: Journal;
  address: string;
  databasePort: number;
}

class Cluster implements TemporalUnderTest {
  readonly what: string;
  readonly pids: number[];
  readonly #parts: Parts;
  #server: ChildProcess;
  #crashes = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#server = parts.startServer();
    const { postgres, address, databasePort } = parts;
    this.pids = [postgres.pid, this.#server.pid];
    const database = `PostgreSQL 15 at 127.0.0.1:${databasePort} (pid ${postgres.pid})`;
    this.what = `Temporal server ${address} (pid ${this.#server.pid}) on ${database}`;
  }

  get env(): Env {
    return this.#parts.env;
  }

  /** @param cli path of the Temporal CLI */
  async createNamespace(cli: string, signal: AbortSignal): Promise<void> {
    const at = ['--address', this.#parts.address, '--retention', '24h', '-n', 'default'];
    await again(async () => {
      this.#server.throwIfOver();
      const env = this.env as NodeJS.ProcessEnv;
      await run(cli, ['operator', 'namespace', 'create', ...at], { env }).catch((error: Error) => {
        if (!/already (exists|registered)/i.test(error.message)) throw error;
      });
    }, signal);
    await again(() => serves(this.env), signal);
  }

  /** In turns: the database under a living server, then the server itself. */
  async crash(pause: number, signal: AbortSignal): Promise<void> {
    const { journal } = this.#parts;
    this.#crashes += 1;
    if (this.#crashes % 2 === 1) await this.#crashDatabase(pause, signal);
    else await this.#crashServer(pause, signal);
    await again(async () => {
      // A server may give up over a database that is away for long; a supervisor would start it again.
      if (this.#server.isOver) this.#startServer();
      await serves(this.env);
    }, signal);
    journal.add('server-started', `Temporal server serves (pid ${this.#server.pid})`);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await this.#parts.postgres.stop();
  }

  async #crashDatabase(pause: number, signal: AbortSignal): Promise<void> {
    const { journal, postgres } = this.#parts;
    journal.add('database-killed', `PostgreSQL (pid ${postgres.pid}) killed with SIGKILL`);
    await postgres.kill();
    await delay(pause, undefined, { signal });
    await postgres.start(signal);
    this.pids.push(postgres.pid);
    journal.add('database-started', `PostgreSQL serves again (pid ${postgres.pid})`);
  }

  async #crashServer(pause: number, signal: AbortSignal): Promise<void> {
    this.#parts.journal.add('server-killed', `Temporal server (pid ${this.#server.pid}) killed with SIGKILL`);
    await this.#server.kill();
    await delay(pause, undefined, { signal });
    this.#startServer();
  }

  #startServer(): void {
    this.#server = this.#parts.startServer();
    this.pids.push(this.#server.pid);
  }
}

/** The namespace is known to the frontend, and the visibility store answers. */
async function serves(env: TemporalUnderTest['env']): Promise<void> {
  const { connection, namespace } = await connectClient(env);
  try {
    await connection.withDeadline(Date.now() + 5_000, () =>
      connection.workflowService.countWorkflowExecutions({ namespace, query: '' }),
    );
  } finally {
    await connection.close();
  }
}

async function createSchema({ sql, schema }: ClusterTools, port: number): Promise<void> {
  const at = ['--plugin', 'postgres12', '--ep', '127.0.0.1', '-p', String(port), '-u', DATABASE_USER];
  for (const [database, folder] of Object.entries(DATABASES)) {
    await run(sql, [...at, '--db', database, 'create-database']);
    await run(sql, [...at, '--db', database, 'setup-schema', '-v', '0.0']);
    await run(sql, [...at, '--db', database, 'update-schema', '-d', join(schema, folder, 'versioned')]);
  }
}

async function writeConfig(folder: string, databasePort: number, ports: ServerPorts): Promise<void> {
  const config = join(folder, 'temporal-config');
  await mkdir(config);
  const dynamicConfig = join(config, 'dynamic.yaml');
  await writeFile(dynamicConfig, DYNAMIC_CONFIG);
  await writeFile(join(config, 'chaos.yaml'), clusterConfig({ databasePort, ports, dynamicConfig }));
}

function namedPorts([frontend = 0, history = 0, matching = 0, worker = 0, ...membership]: number[]): ServerPorts {
  return { frontend, history, matching, worker, membership };
}
