/**
 * A program that runs beside this process: ended politely and then by force, with all that it started, and gone for
 * certain when this process is gone, even by SIGKILL. It leads a process group of its own: Ctrl-C in a terminal must
 * reach Drover first, which then ends its programs in order.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { execa, type Options } from 'execa';
import type { Env } from './connection.js';

/** ms for an orderly stop */
const STOP_WITHIN = 10_000;
/** tenths of a second for an orderly end once this process is gone */
const LAST_WORDS = 50;
/** lines and characters of its last words that explain a failure */
const TAIL_LINES = 15;
const TAIL = 8_000;

export interface ProgramOptions {
  file: string;
  args: string[];
  /** all of its environment; absent: that of this process */
  env?: Env;
  cwd?: string;
  /** file that both of its streams go to; absent: the last words are kept in memory */
  log?: string;
  /** its stdout is read by {@link ChildProcess.onLine}, and does not go to the log */
  readsStdout?: boolean;
  /** another user, for programs that refuse to be root */
  user?: { uid: number; gid: number } | null;
  /** asks it to end in order; default SIGTERM */
  stopSignal?: NodeJS.Signals;
  /** ms for an orderly stop; default 10 s */
  stopWithin?: number;
}

/** How it ended: `code` when by itself, `signal` when by one, `failure` when it could not be run at all. */
export interface Ending {
  code: number | null;
  signal: string | null;
  failure: string | null;
}

export class ChildProcess {
  readonly #file: string;
  readonly #child: ReturnType<typeof launch>;
  readonly #log: string | null;
  readonly #stopSignal: NodeJS.Signals;
  readonly #stopWithin: number;
  readonly #guard: ReturnType<typeof guard> | null;
  #tail = '';
  #isOver = false;

  /** resolves once it is gone */
  readonly ended: Promise<Ending>;

  constructor(options: ProgramOptions) {
    const { file, args, env, cwd, log, readsStdout, user } = options;
    this.#file = file;
    this.#log = log ?? null;
    this.#stopSignal = options.stopSignal ?? 'SIGTERM';
    this.#stopWithin = options.stopWithin ?? STOP_WITHIN;
    const logged = log === undefined ? null : openSync(log, 'a', 0o600);
    // The types of execa know 1 and 2 alone; it hands any open file to the program.
    const output = logged === null ? 'pipe' : (logged as 1);
    this.#child = launch(file, args, {
      stdio: ['ignore', readsStdout ? 'pipe' : output, output],
      extendEnv: env === undefined,
      ...(env && { env: definedOnly(env) }),
      ...(cwd !== undefined && { cwd }),
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    if (logged !== null) closeSync(logged);
    this.#guard = this.#child.pid === undefined ? null : guard(this.#child.pid, this.#stopSignal);
    if (log === undefined) {
      this.#keepTail(this.#child.stdout);
      this.#keepTail(this.#child.stderr);
    }
    this.ended = this.#watch();
  }

  /** 0 when it could not be run */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Hears each whole line of its stdout, or of both streams where neither goes to a log. */
  onLine(hear: (line: string) => void, from: 'stdout' | 'both' = 'stdout'): void {
    const { stdout, stderr } = this.#child;
    for (const stream of from === 'both' ? [stdout, stderr] : [stdout]) {
      let rest = '';
      stream?.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) hear(line);
      });
    }
  }

  /** What it said last, from its log or from its streams. */
  lastWords(): string {
    const said = this.#log === null ? this.#tail : readFileSync(this.#log, 'utf8');
    return said.trim().split('\n').slice(-TAIL_LINES).join('\n');
  }

  /** @throws Error with its last words when it has ended */
  throwIfOver(): void {
    if (this.#isOver) throw new Error(`${this.#file} ended by itself:\n${this.lastWords()}`);
  }

  /** SIGKILL for it and what it started, as a crash; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#signalGroup('SIGKILL');
    await this.ended;
  }

  /** Asks it to end, and ends it by force when it does not in time, with what it started; resolves when it is gone. */
  async stop(): Promise<void> {
    if (!this.#isOver) this.#child.kill(this.#stopSignal);
    const late = setTimeout(() => this.#signalGroup('SIGKILL'), this.#stopWithin);
    await this.ended;
    clearTimeout(late);
  }

  async #watch(): Promise<Ending> {
    // `exit`, not the end of its streams: what it started may hold them open.
    const exited = new Promise<Ending>((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal, failure: null }));
    });
    const failed = this.#child.then((result) =>
      result.exitCode === undefined && result.signal === undefined
        ? { code: null, signal: null, failure: result.originalMessage ?? result.shortMessage ?? 'it could not be run' }
        : exited,
    );
    const ending = await Promise.race([exited, failed]);
    this.#isOver = true;
    this.#guard?.kill('SIGKILL');
    return ending;
  }

  /** The number of a group is free for others once its leader is gone, so that it is used before alone. */
  #signalGroup(signal: NodeJS.Signals): void {
    if (this.#isOver || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // It has ended by itself.
    }
  }

  #keepTail(stream: NodeJS.ReadableStream | null | undefined): void {
    stream?.on('data', (chunk: Buffer) => {
      this.#tail = (this.#tail + chunk.toString()).slice(-TAIL);
    });
  }
}

/** In words: `SIGKILL`, `exit code 1`, or why it could not be run. */
export function describeEnding({ code, signal, failure }: Ending): string {
  return failure ?? signal ?? `exit code ${code}`;
}

/** Nothing of execa's own ends it: that is said here, once, for the whole group. */
function launch(file: string, args: string[], options: Options) {
  return execa(file, args, {
    ...options,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    forceKillAfterDelay: false,
  });
}

/**
 * A tiny process reads from a pipe that closes when this process ends, even by SIGKILL, and then ends the program.
 * Node has no parent-death signal of its own. What the program leaves in its group is killed as soon as it is gone, while
 * nobody else can have been given its number.
 */
function guard(pid: number, stopSignal: NodeJS.Signals) {
  const script = [
    'read -r _',
    'kill -s "$3" "$1" || exit',
    'left=$2',
    'while [ "$left" -gt 0 ] && kill -s 0 "$1"; do sleep 0.1; left=$((left - 1)); done',
    'kill -s KILL -- "-$1"',
  ].join('\n');
  const asked = stopSignal.replace('SIG', '');
  const watcher = launch('/bin/sh', ['-c', script, 'drover-guard', String(pid), String(LAST_WORDS), asked], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  // Neither the guard nor its pipe keeps this process alive.
  if (watcher.stdin instanceof Socket) watcher.stdin.unref();
  return watcher;
}

const definedOnly = (env: Env): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
