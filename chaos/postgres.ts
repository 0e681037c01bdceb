/** A PostgreSQL of the run's own: in a temporary folder, on loopback, without a password, as a user that is not root. */
import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ChildProcess } from '../temporal/child-process.js';
import { again } from './temporal-under-test.js';

const run = promisify(execFile);

export const DATABASE_USER = 'temporal';

interface PostgresOptions {
  /** folder of its programs */
  bin: string;
  port: number;
  log: string;
}

interface Cluster {
  folder: string;
  user: { uid: number; gid: number } | null;
}

export class Postgres {
  readonly #options: PostgresOptions;
  readonly #cluster: Cluster;
  #server: ChildProcess | undefined;

  private constructor(options: PostgresOptions, cluster: Cluster) {
    this.#options = options;
    this.#cluster = cluster;
  }

  /** Makes an empty database cluster; nothing runs before {@link start}. */
  static async create(options: PostgresOptions): Promise<Postgres> {
    // Not inside the run's own folder, which nobody but its owner may enter.
    const folder = await mkdtemp(join(tmpdir(), 'drover-chaos-db-'));
    const user = await unprivileged();
    if (user !== null) await chown(folder, user.uid, user.gid);
    const init = ['-D', dataOf(folder), '-U', DATABASE_USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    await run(join(options.bin, 'initdb'), init, { cwd: folder, ...user });
    return new Postgres(options, { folder, user });
  }

  /** 0 before the first start */
  get pid(): number {
    return this.#server?.pid ?? 0;
  }

  /** SIGKILL; whatever was committed is there after {@link start}. */
  async kill(): Promise<void> {
    await this.#server?.kill();
  }

  async start(signal: AbortSignal): Promise<void> {
    const { bin, port, log } = this.#options;
    const { folder, user } = this.#cluster;
    const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'max_connections=200'];
    await again(async () => {
      const server = new ChildProcess({
        file: join(bin, 'postgres'),
        args: ['-D', dataOf(folder), '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
        log,
        user,
        // SIGINT is its fast shutdown: SIGTERM waits for every client to leave.
        stopSignal: 'SIGINT',
      });
      this.#server = server;
      await accepting(bin, port, server);
    }, signal);
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    await rm(this.#cluster.folder, { recursive: true, force: true });
  }
}

const dataOf = (folder: string): string => join(folder, 'data');

async function accepting(bin: string, port: number, server: ChildProcess): Promise<void> {
  for (;;) {
    server.throwIfOver();
    const ready = await run(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port), '-t', '1']).then(
      () => true,
      () => false,
    );
    if (ready) return;
  }
}

/** PostgreSQL refuses to run as root; the distribution brings a user for it. */
async function unprivileged(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const id = async (flag: string): Promise<number> => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
