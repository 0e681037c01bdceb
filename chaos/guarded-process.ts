/** A program that runs beside this process and ends with it, however it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Env } from '../temporal/connection.js';

const STOP_WITHIN = 10_000;
const TAIL_LINES = 15;

export interface ProgramOptions {
  file: string;
  args: string[];
  /** file for both of its streams */
  log: string;
  env?: Env;
  /** another user, for programs that refuse to be root */
  user?: { uid: number; gid: number } | null;
}

export class GuardedProcess {
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #ended: Promise<void>;
  #isOver = false;

  constructor({ file, args, log, env, user }: ProgramOptions) {
    this.#log = log;
    const logged = openSync(log, 'a');
    this.#child = spawn(file, args, {
      detached: true,
      env: { ...env },
      stdio: ['ignore', logged, logged],
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    closeSync(logged);
    const release = endWithThisProcess(this.#child);
    this.#ended = new Promise((resolve) => {
      const over = (): void => {
        this.#isOver = true;
        release();
        resolve();
      };
      this.#child.once('error', over).once('exit', over);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** @throws Error with its last words when it has ended */
  throwIfOver(): void {
    if (!this.#isOver) return;
    const tail = readFileSync(this.#log, 'utf8').trim().split('\n').slice(-TAIL_LINES).join('\n');
    throw new Error(`${this.#child.spawnfile} ended by itself:\n${tail}`);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#child.kill(signal);
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN);
    await this.#ended;
    clearTimeout(late);
  }
}

/** As worker/dev-server.ts does it: a tiny process reads a pipe that closes when this process ends, even by SIGKILL. */
function endWithThisProcess(child: ChildProcess): () => void {
  if (child.pid === undefined) return () => {};
  const script = 'read -r _; kill -INT "$1"; sleep 5; kill -KILL "$1"';
  const guard = spawn('/bin/sh', ['-c', script, 'drover-chaos-guard', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return () => void guard.kill('SIGKILL');
}
