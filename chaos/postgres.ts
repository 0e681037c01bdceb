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

export interface Postgres {
  pid: number;
  /** SIGKILL; whatever was committed is there after {@link Postgres.start} */
  kill(): Promise<void>;
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export async function createPostgres(options: { bin: string; port: number; log: string }): Promise<Postgres> {
  const { bin, port, log } = options;
  // Not inside the run's own folder, which nobody but its owner may enter.
  const folder = await mkdtemp(join(tmpdir(), 'drover-chaos-db-'));
  const user = await unprivileged();
  if (user !== null) await chown(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const init = ['-D', data, '-U', DATABASE_USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await run(join(bin, 'initdb'), init, { cwd: folder, ...user });

  let server: ChildProcess | undefined;
  return {
    get pid() {
      return server?.pid ?? 0;
    },
    async kill() {
      await server?.kill();
    },
    async start(signal) {
      const settings = [`listen_addresses=127.0.0.1`, `unix_socket_directories=${folder}`, 'max_connections=200'];
      await again(async () => {
        server = new ChildProcess({
          file: join(bin, 'postgres'),
          args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
          log,
          user,
          // SIGINT is its fast shutdown: SIGTERM waits for every client to leave.
          stopSignal: 'SIGINT',
        });
        await accepting(bin, port, server);
      }, signal);
    },
    async stop() {
      await server?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

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
