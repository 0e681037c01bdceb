/** Parts of Drover in processes of their own: started, watched, and gone for certain when this process is. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildProcess, describeEnding, type Ending } from '../../temporal/child-process.js';
import type { Env } from '../../temporal/connection.js';

/** ms for an orderly stop */
const STOP_WITHIN = 8_000;

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
  #stopping = false;

  constructor({ role, argument, env, folder }: PartOptions) {
    this.role = role;
    this.#child = new ChildProcess({
      file: process.execPath,
      args: [fileURLToPath(new URL('./child.js', import.meta.url)), role, argument],
      env,
      log: join(folder, `${role}.log`),
      readsStdout: true,
      stopWithin: STOP_WITHIN,
    });
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

  /** Resolves with the first line on its stdout. @throws Error with its last words when it ends before */
  async firstLine(): Promise<string> {
    const line = new Promise<string>((resolve) => this.#child.onLine(resolve));
    const died = this.#child.ended.then((how) => {
      throw this.#died(how);
    });
    return Promise.race([line, died]);
  }

  /** Rejects when it ends although nobody asked it to; never resolves. */
  async unexpectedEnd(): Promise<never> {
    const how = await this.#child.ended;
    if (this.#stopping) {
      return new Promise<never>(() => {});
    }
    throw this.#died(how);
  }

  /** SIGKILL, as a crash; resolves when it is gone. */
  kill(): Promise<void> {
    this.#stopping = true;
    return this.#child.kill();
  }

  /** SIGTERM, then SIGKILL; resolves when it is gone. */
  stop(): Promise<void> {
    this.#stopping = true;
    return this.#child.stop();
  }

  #died(how: Ending): Error {
    const ended = `ended by itself (${describeEnding(how)})`;
    return new Error(`The ${this.role} ${ended}. Its last words:\n${this.#child.lastWords()}`);
  }
}
