import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import type { CheckCommand } from '../../plan/types.js';
import { endScrubbed, type Scrub, STRADDLING } from '../../vcda/http/scrub.js';
import { type Probe, reasonOf } from './probe.js';

/** What is looked at of an output, from its end: characters. */
const KEPT = 4_096;
const LONGEST_LINE = 300;
/** What programs expect of an environment. Nothing else of the worker's reaches them: it may hold passwords. */
const INHERITED = ['PATH', 'HOME', 'LANG'];

/** Passes when the program ends with exit code 0. It runs without a shell, in a process group that ends with the attempt. */
export function commandProbe(
  { program, args, user }: CheckCommand,
  more: string[],
  variables: Record<string, string>,
  scrub: Scrub,
): Probe {
  return async (signal) => {
    const child = start(program, [...args, ...more], { ...inherited(), ...variables }, user);
    const out = new Tail(child.stdout, scrub);
    const err = new Tail(child.stderr, scrub);
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
const start = (program: string, args: string[], env: Record<string, string>, user: CheckCommand['user']) =>
  execa(program, args, {
    env,
    // Not the worker's own, in which its config may lie.
    cwd: '/',
    ...user,
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
  readonly #scrub: Scrub;
  #kept = '';
  #isCut = false;

  constructor(stream: NodeJS.ReadableStream, scrub: Scrub) {
    this.#scrub = scrub;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const all = this.#kept + text;
      this.#isCut ||= all.length > KEPT + STRADDLING;
      this.#kept = all.slice(-KEPT - STRADDLING);
    });
  }

  lastLine(): string {
    // What is secret is taken out of the whole, since of a part nobody could tell; and again where an escape stood in it.
    const known = this.#isCut ? endScrubbed(this.#kept, this.#scrub) : this.#scrub(this.#kept);
    const lines = this.#scrub(stripVTControlCharacters(known)).trimEnd().split(/\r?\n/);
    return lines.at(-1)?.trim().slice(0, LONGEST_LINE) ?? '';
  }
}
