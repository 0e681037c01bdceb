import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import type { CheckCommand } from '../../plan/types.js';
import { type Probe, reasonOf } from './probe.js';

/** What is kept of an output, from its end: characters. */
const KEPT = 4_096;
const LONGEST_LINE = 300;
/** What programs expect of an environment. Nothing else of the worker's reaches them: it may hold passwords. */
const INHERITED = ['PATH', 'HOME', 'LANG'];

/** Passes when the program ends with exit code 0. It runs without a shell, in a process group that ends with the attempt. */
export function commandProbe(
  { program, args }: CheckCommand,
  more: string[],
  variables: Record<string, string>,
): Probe {
  return async (signal) => {
    const child = start(program, [...args, ...more], { ...inherited(), ...variables });
    const out = new Tail(child.stdout);
    const err = new Tail(child.stderr);
    function stop() {
      killGroup(child.pid);
      // What left the group may keep the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
    }
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const { exitCode, signal: killedBy, cause } = await child;
    signal.removeEventListener('abort', stop);
    if (exitCode === undefined && killedBy === undefined)
      return { ok: false, detail: `${program} cannot be run: ${reasonOf(cause)}` };
    const said = err.lastLine() || out.lastLine();
    const detail = exitCode === undefined ? `ended by ${killedBy}` : `exit code ${exitCode}`;
    return { ok: exitCode === 0, detail, said };
  };
}

function inherited(): Record<string, string> {
  const set = INHERITED.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(set.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Nothing of execa's own ends it: the attempt does, with its whole group. */
const start = (program: string, args: string[], env: Record<string, string>) =>
  execa(program, args, {
    env,
    extendEnv: false,
    stdin: 'ignore',
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    forceKillAfterDelay: false,
  });

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

class Tail {
  #kept = '';

  constructor(stream: NodeJS.ReadableStream) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      this.#kept = (this.#kept + text).slice(-KEPT);
    });
  }

  lastLine(): string {
    const lines = stripVTControlCharacters(this.#kept).trimEnd().split(/\r?\n/);
    return lines.at(-1)?.trim().slice(0, LONGEST_LINE) ?? '';
  }
}
