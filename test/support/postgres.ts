/** A PostgreSQL of a test's own, where the machine has the binaries. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './free-port.js';

const DEBIAN = '/usr/lib/postgresql';
/** It refuses to run as root: then it runs as nobody. */
const NOBODY = 65_534;

/** Folder with initdb and postgres; null: there is none. */
export function postgresBinaries(): string | null {
  const installed = existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin')) : [];
  const folders = [...installed, ...(process.env.PATH ?? '').split(':')];
  return folders.find((one) => ['initdb', 'postgres'].every((name) => existsSync(join(one, name)))) ?? null;
}

export interface Postgres {
  password: string;
  /** makes a new database, and returns its url without the password */
  database(name: string): Promise<string>;
  /** ends its sessions and refuses new ones until {@link start} */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startPostgres(bin: string): Promise<Postgres> {
  const password = 'p@ss/w:rd %1';
  const folder = mkdtempSync(join(tmpdir(), 'drover-postgres-'));
  const owner = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  if ('uid' in owner) for (const path of [folder, data, passwordFile]) chownSync(path, NOBODY, NOBODY);
  const settings = ['-D', data, '-U', 'drover', '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8'];
  execFileSync(join(bin, 'initdb'), [...settings, '--no-sync', '--locale=C'], { stdio: 'pipe', cwd: folder, ...owner });
  const port = await freePort();
  const url = (name: string) => `postgres://drover@127.0.0.1:${port}/${name}`;
  let server: ReturnType<typeof spawn> | undefined;

  async function admin(text: string): Promise<void> {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'drover', database: 'postgres', password });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  }
  async function isUp(): Promise<boolean> {
    try {
      await admin('select 1');
      return true;
    } catch {
      return false;
    }
  }
  async function start(): Promise<void> {
    const options = [
      '-D',
      data,
      '-p',
      String(port),
      '-k',
      folder,
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'fsync=off',
    ];
    server = spawn(join(bin, 'postgres'), options, { stdio: 'ignore', cwd: folder, ...owner });
    while (!(await isUp())) {
      if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
      await delay(50);
    }
  }
  async function stop(): Promise<void> {
    if (server === undefined || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGQUIT');
    await ended;
  }

  await start();
  return {
    password,
    async database(name) {
      await admin(`create database ${name}`);
      return url(name);
    },
    start,
    stop,
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
