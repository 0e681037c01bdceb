/**
 * The compiled command line, in a process that has loaded it already: for what it says and does. How it starts and ends, and
 * what signals and pipes do to it, needs a process of its own (cli.ts), which costs most of a second of a core.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type CliOptions, cleanEnv, type Finished } from './cli.js';

const HOST = fileURLToPath(new URL('warm-host.js', import.meta.url));

/** one for each command that runs at the same time; they end with this process, which is theirs for all its test files */
const idle: ChildProcess[] = [];

function startHost(): ChildProcess {
  const host = fork(HOST, { execArgv: [], env: cleanEnv(), stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  host.unref();
  host.channel?.unref();
  return host;
}

/** @throws Error when the command ends its process, which no command does by itself */
export async function warmCli(args: string[], { cwd, env = {} }: CliOptions): Promise<Finished> {
  const host = idle.pop() ?? startHost();
  const died = new AbortController();
  const fail = (code: number | null): void =>
    died.abort(new Error(`drover ${args.join(' ')} ended its process: ${code}`));
  host.once('exit', fail);
  try {
    const answer = once(host, 'message', { signal: died.signal });
    host.send({ args, cwd, env: { ...cleanEnv(), ...env } });
    const [finished] = (await answer) as [Finished];
    idle.push(host);
    return finished;
  } catch (error) {
    throw died.signal.aborted ? died.signal.reason : error;
  } finally {
    host.off('exit', fail);
  }
}
