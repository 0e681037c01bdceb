/** Child processes of the demo: started, watched, and gone for certain when the demo is over. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Env } from '../../temporal/connection.js';

/** ms for an orderly stop */
const STOP_WITHIN = 8_000;
const TAIL_LINES = 15;

export interface PartOptions {
  role: 'worker' | 'simulator';
  argument: string;
  env: Env;
  /** folder for the log of what it says on stderr */
  folder: string;
}

export class Part {
  readonly role: PartOptions['role'];
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #ended: Promise<string>;
  #stopping = false;

  constructor({ role, argument, env, folder }: PartOptions) {
    this.role = role;
    this.#log = join(folder, `${role}.log`);
    const logged = openSync(this.#log, 'a');
    // A process group of its own: Ctrl-C must reach the demo alone, which then stops its parts in order.
    this.#child = spawn(process.execPath, [fileURLToPath(new URL('./child.js', import.meta.url)), role, argument], {
      detached: true,
      env: { ...env },
      stdio: ['pipe', 'pipe', logged],
    });
    closeSync(logged);
    // Its death is told by `exit`; a pipe that breaks by it is no error of its own.
    this.#child.stdin?.on('error', () => {});
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with the first line on its stdout. @throws Error with its last words when it ends before */
  async firstLine(): Promise<string> {
    const { stdout } = this.#child;
    const line = new Promise<string>((resolve) => {
      let text = '';
      stdout?.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.includes('\n')) {
          resolve(text.slice(0, text.indexOf('\n')));
        }
      });
    });
    return Promise.race([
      line,
      this.#ended.then((how) => {
        throw this.#died(how);
      }),
    ]);
  }

  /** Rejects when it ends although nobody asked it to; never resolves. */
  async unexpectedEnd(): Promise<never> {
    const how = await this.#ended;
    if (this.#stopping) {
      return new Promise<never>(() => {});
    }
    throw this.#died(how);
  }

  /** SIGKILL, as a crash; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** SIGTERM, then SIGKILL; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN);
    await this.#ended;
    clearTimeout(late);
  }

  #died(how: string): Error {
    const tail = readFileSync(this.#log, 'utf8').trim().split('\n').slice(-TAIL_LINES).join('\n');
    return new Error(`The demo's ${this.role} ended by itself (${how}). Its last words:\n${tail}`);
  }
}
