import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import type { CheckCommand } from '../../plan/types.js';
import { type Probe, reasonOf } from './probe.js';

/** What is kept of an output, from its end: characters. */
const KEPT = 4_096;
const LONGEST_LINE = 300;
/** What programs expect of an environment. Nothing else of the worker's reaches them: it may hold passwords. */
const INHERITED = ['PATH', 'HOME', 'LANG'];

/** Passes when the program ends with exit code 0. It runs without a shell, in a process group that ends with the attempt. */
export const commandProbe =
  ({ program, args }: CheckCommand, more: string[], variables: Record<string, string>): Probe =>
  (signal) =>
    new Promise((resolve) => {
      const inherited = INHERITED.flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
      });
      const cannotRun = (error: unknown) =>
        resolve({ ok: false, detail: `${program} cannot be run: ${reasonOf(error)}` });
      let child: ReturnType<typeof start>;
      try {
        child = start(program, [...args, ...more], { ...Object.fromEntries(inherited), ...variables });
      } catch (error) {
        return cannotRun(error);
      }
      const out = tail(child.stdout);
      const err = tail(child.stderr);
      function stop() {
        killGroup(child.pid);
        // What left the group may keep the pipes open.
        child.stdout.destroy();
        child.stderr.destroy();
      }
      signal.addEventListener('abort', stop, { once: true });
      child.once('error', cannotRun);
      child.once('close', (code, killedBy) => {
        signal.removeEventListener('abort', stop);
        const said = lastLine(err()) || lastLine(out());
        resolve({ ok: code === 0, detail: code === null ? `ended by ${killedBy}` : `exit code ${code}`, said });
      });
      if (signal.aborted) stop();
    });

const start = (program: string, args: string[], env: Record<string, string>) =>
  spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true, shell: false });

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function tail(stream: NodeJS.ReadableStream): () => string {
  let kept = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    kept = (kept + text).slice(-KEPT);
  });
  return () => kept;
}

const lastLine = (text: string): string =>
  stripVTControlCharacters(text).trimEnd().split(/\r?\n/).at(-1)?.trim().slice(0, LONGEST_LINE) ?? '';
