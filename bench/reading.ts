/**
 * How long the commands that read a run take while it goes on: beyond the start of a process, which `drover --version` takes. A
 * Temporal dev server, the simulator and one worker run as processes of their own on the loopback interface; nothing else is reached.
 *
 *   npm run bench:reading -- --vms 10000 --looks 5
 *
 * Copies take long, so that as many VMs are open as may be, all the time. It stops by itself, after --limit minutes at the latest.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { bounded, type Closers, openStage, planOf, say } from './stage.js';

const { values: flags } = parseArgs({
  options: {
    vms: { type: 'string', default: '10000' },
    /** how often each command is run */
    looks: { type: 'string', default: '5' },
    /** seconds before the first look, for VMs to be begun */
    after: { type: 'string', default: '60' },
    limit: { type: 'string', default: '30' },
  },
});
const vms = Number(flags.vms);
const looks = Number(flags.looks);

const RUN = 'read';
const CLI = fileURLToPath(new URL('../cli/main.js', import.meta.url));
/** ms after which one look is given up */
const LOOKS_WITHIN = 120_000;
/** of a watcher that was interrupted */
const INTERRUPTED = 130;

async function measure(signal: AbortSignal, onClose: Closers): Promise<void> {
  // Copies take long, so that as many VMs are open as may be.
  const { env, config, drover, broken } = await openStage({ vms, speed: 0.2 }, signal, onClose);
  const plan = planOf(RUN, vms);
  await drover.startRun(plan, { id: RUN });
  const look = new Looks(env, config, signal);
  async function lookAround(): Promise<void> {
    say(`run ${RUN}: ${vms} VMs; looked at ${flags.after} s from now`);
    await delay(Number(flags.after) * 1_000, undefined, { signal });
    const { totals } = await drover.run(RUN).overview();
    say(`${totals.running} running, ${totals.waiting} waiting`);
    const start = median(await look.timed(['--version']));
    process.stdout.write(`start of the process: ${start.toFixed(2)} s\n`);
    const vm = plan.waves[0]?.vms.at(-1)?.name ?? '';
    const commands = [['list'], ['show', RUN], ['show', RUN, vm], ['report', RUN], ['show', RUN, '--json']];
    for (const args of commands) tell(args.join(' '), await look.timed(args), start);
    tell(`watch ${RUN}, first line`, await look.timed(['watch', RUN], true), start);
  }
  await Promise.race([lookAround(), broken()]);
}

/** Seconds beyond the start: median and worst. */
function tell(command: string, taken: number[], start: number): void {
  const beyond = taken.map((seconds) => seconds - start);
  const worst = Math.max(...beyond);
  process.stdout.write(`${command.padEnd(32)} ${median(beyond).toFixed(2)} s, at most ${worst.toFixed(2)} s\n`);
}

/** Runs a command again and again, as a person would. */
class Looks {
  readonly #env: NodeJS.ProcessEnv;
  readonly #config: string;
  readonly #signal: AbortSignal;

  constructor(env: NodeJS.ProcessEnv, config: string, signal: AbortSignal) {
    this.#env = env;
    this.#config = config;
    this.#signal = signal;
  }

  /** Seconds of each. @param isFirstLine until it has said its first line on stderr, instead of to its end */
  async timed(args: string[], isFirstLine = false): Promise<number[]> {
    const taken: number[] = [];
    for (let n = 0; n < looks; n += 1) taken.push(await this.#secondsOf(args, isFirstLine));
    return taken;
  }

  /** @throws Error when it fails, or hangs: what it took then is no figure */
  async #secondsOf(args: string[], isFirstLine: boolean): Promise<number> {
    const began = performance.now();
    const seconds = (): number => (performance.now() - began) / 1_000;
    const child = execa(process.execPath, [CLI, ...args, '--config', this.#config], {
      env: this.#env,
      extendEnv: false,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: LOOKS_WITHIN,
      cancelSignal: this.#signal,
      reject: false,
    });
    let first: number | null = null;
    child.stderr.once('data', () => {
      first = seconds();
      if (isFirstLine) child.kill('SIGINT');
    });
    const { exitCode, timedOut, stderr } = await child;
    const whole = seconds();
    if (timedOut) throw new Error(`drover ${args.join(' ')} was not over after ${LOOKS_WITHIN / 1_000} s`);
    if (exitCode !== (isFirstLine ? INTERRUPTED : 0))
      throw new Error(`drover ${args.join(' ')}: exit ${exitCode}: ${stderr}`);
    return isFirstLine ? (first ?? whole) : whole;
  }
}

const median = (all: number[]): number => all.toSorted((a, b) => a - b)[Math.floor((all.length - 1) / 2)] ?? 0;

await bounded(Number(flags.limit) * 60_000, async (signal, onClose) => {
  await measure(signal, onClose);
  return 0;
});
