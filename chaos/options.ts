/** The command line of the chaos run. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../cli/exit-codes.js';
import { count, factor, whole } from '../cli/parse.js';
import type { Assumptions } from '../simulator/index.js';

export type Gate = 'none' | 'approval' | 'window';

export interface ChaosOptions {
  vms: number;
  /** strikes on workers; each kills one, several or all of them */
  kills: number;
  serverKills: number;
  /** percent of calls that are cut before they are processed, and again after */
  faults: number;
  seed: number;
  workers: number;
  assumptions: Partial<Assumptions>;
  /** simulated seconds per second */
  speed: number;
  /** the hard bound for all of it */
  minutes: number;
  gate: Gate;
  /** seconds after its opening at which the window of `--gate window` closes; null: after the bound */
  closes: number | null;
  cluster: boolean;
  /** three runs and a drill over the same VMs instead of one run, and what persons do to them */
  meet: boolean;
  /** of `meet`: how many things persons do at random */
  acts: number;
  json: boolean;
  /** leave the folder with logs and database behind */
  keep: boolean;
}

interface Flags extends Omit<ChaosOptions, 'assumptions' | 'closes'> {
  assume?: string[];
  closes?: number;
}

export function parseOptions(argv: readonly string[]): ChaosOptions {
  const program = new Command('npm run chaos --')
    .description(
      'runs a migration while its workers and its Temporal server are killed and its sites misbehave, and judges it by the ' +
        "simulator's ledger; exit code 0 only when nothing was lost and nothing done twice",
    )
    .option('--vms <n>', 'VMs to move', count, 60)
    .option('--kills <n>', 'strikes with SIGKILL on workers, each on one, several or all', whole, 6)
    .option('--server-kills <n>', 'SIGKILLs of the Temporal server', whole, 1)
    .option('--faults <percent>', 'share of calls cut before, and again after they are processed', share, 5)
    .option('--seed <n>', 'everything random follows from it', whole, 1)
    .option('--workers <n>', 'worker processes', count, 3)
    .option('--assume <name=value...>', 'alternatives of simulator/assumptions.ts, times in simulated ms')
    .option('--speed <x>', 'simulated seconds per second', factor, 60)
    .option('--minutes <n>', 'ends everything after this long, with a failing verdict', factor, 30)
    .addOption(
      new Option('--gate <kind>', 'what a cutover needs').choices(['none', 'approval', 'window']).default('none'),
    )
    .option('--closes <seconds>', 'how long the window of --gate window is open; default: to the end', factor)
    .option('--cluster', 'PostgreSQL and a Temporal server of its own instead of the dev server', false)
    .option('--meet', 'three runs and a drill over the same VMs, steered at random, instead of one run', false)
    .option('--acts <n>', 'what persons do at random, with --meet', whole, 20)
    .option('--json', 'one JSON document on stdout', false)
    .option('--keep', 'keep the folder with logs and database', false)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.badInput))
    .parse(argv, { from: 'user' });
  const { assume = [], closes, ...flags } = program.opts<Flags>();
  const bad = assume.find((text) => text.indexOf('=') < 1);
  if (bad !== undefined) program.error(`error: --assume ${bad}: name=value is expected`);
  return { ...flags, closes: closes ?? null, assumptions: Object.fromEntries(assume.map(assumption)) };
}

/** The same run again, as a command. */
export function commandFor(options: ChaosOptions): string {
  const {
    vms,
    kills,
    serverKills,
    faults,
    seed,
    workers,
    speed,
    minutes,
    gate,
    closes,
    cluster,
    meet,
    acts,
    assumptions,
  } = options;
  const assumed = Object.entries(assumptions).map(([name, value]) => `--assume ${name}=${value}`);
  return [
    `npm run chaos -- --vms ${vms} --kills ${kills} --server-kills ${serverKills} --faults ${faults} --seed ${seed}`,
    `--workers ${workers} --speed ${speed} --minutes ${minutes}`,
    ...(gate === 'none' ? [] : [`--gate ${gate}`]),
    ...(closes === null ? [] : [`--closes ${closes}`]),
    ...(cluster ? ['--cluster'] : []),
    ...(meet ? [`--meet --acts ${acts}`] : []),
    ...assumed,
  ].join(' ');
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 40)) {
    throw new InvalidArgumentError('A percentage from 0 to 40 is expected: beyond, no call gets through.');
  }
  return value;
}

/** Numbers, true, false and null are meant as such; everything else is text. The simulator checks name and value. */
function assumption(text: string): [string, unknown] {
  const at = text.indexOf('=');
  const value = text.slice(at + 1);
  const isLiteral = /^(-?\d+(\.\d+)?|true|false|null)$/.test(value);
  return [text.slice(0, at), isLiteral ? (JSON.parse(value) as unknown) : value];
}
