/** The command line as people use it: the compiled one, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  cwd: string;
  env?: Record<string, string>;
}

export interface Started {
  child: ChildProcess;
  /** what it has said so far */
  said: { stdout: string; stderr: string };
  finished: Promise<Finished>;
}

/** Settings of the machine that the tests run on must not reach the command. */
export function cleanEnv(): NodeJS.ProcessEnv {
  const foreign = /^(TEMPORAL_|DROVER_|FORCE_COLOR$|NODE_OPTIONS$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

export function startCli(args: string[], { cwd, env = {} }: CliOptions): Started {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...cleanEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  const finished = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  return { child, said, finished };
}

export function cli(args: string[], options: CliOptions): Promise<Finished> {
  return startCli(args, options).finished;
}
