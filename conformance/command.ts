/** The command line of the conformance suite. */
import { Command, CommanderError, Option } from 'commander';
import { loadConfig } from '../plan/config/load-config.js';
import type { Env } from '../plan/source/interpolate.js';
import { BadInput } from '../plan/source/problem.js';
import { FAMILIES } from './case.js';
import { CASES } from './cases/index.js';
import { LoginFailed } from './context.js';
import { jsonOf, summary, tableOf } from './report.js';
import { passes, run } from './run.js';
import { simulatedTarget } from './simulated.js';
import { siteTarget } from './site.js';
import type { Target } from './target.js';
import { Unreachable } from './wire.js';

const EXIT = { conforms: 0, differs: 1, badInput: 2, unreachable: 3 } as const;

export interface Output {
  out: (text: string) => void;
  err: (text: string) => void;
}

interface Options {
  site?: string;
  config?: string;
  family?: string[];
  json?: boolean;
}

const EXAMPLES = `
Examples:
  npm run conformance                                   everything, against the simulator
  npm run conformance -- --family tasks sessions        two families of endpoints
  npm run conformance -- --site paris                   reading only, against a site of drover.yaml
  npm run conformance -- --site paris --json > paris.json

Exit codes: 0 conforms; 1 differs in a documented point; 2 bad input; 3 the site cannot be reached or refuses the login.`;

/** @returns the exit code */
export async function conformance(args: string[], env: Env, output: Output): Promise<number> {
  const program = new Command('conformance')
    .description('Checks a server against the documented behaviour of the VCDA API.')
    .option('--site <name>', 'a site of the config, to which nothing but logins and GET requests is sent')
    .option('--config <file>', 'the config that names the site (default: DROVER_CONFIG, or drover.yaml)')
    .addOption(new Option('--family <names...>', 'only cases of these families').choices([...FAMILIES]))
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .exitOverride();
  try {
    program.parse(args, { from: 'user' });
    return await check(program.opts<Options>(), env, output);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.conforms : EXIT.badInput;
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof BadInput) output.err(`${message}\n`);
    else if (error instanceof Unreachable || error instanceof LoginFailed) output.err(`${message}\n`);
    else throw error;
    return error instanceof BadInput ? EXIT.badInput : EXIT.unreachable;
  }
}

async function check(options: Options, env: Env, { out, err }: Output): Promise<number> {
  const target = await targetOf(options, env, err);
  if (target === null) return EXIT.badInput;
  try {
    const cases = CASES.filter(({ family }) => options.family?.includes(family) ?? true);
    const report = await run(target, cases);
    if (options.json === true) out(`${jsonOf(report)}\n`);
    else out(`${tableOf(report)}\n`);
    // Progress and totals are for people; stdout stays one document.
    (options.json === true ? err : out)(`${summary(report)}\n`);
    return passes(report) ? EXIT.conforms : EXIT.differs;
  } finally {
    await target.close();
  }
}

async function targetOf(options: Options, env: Env, err: (text: string) => void): Promise<Target | null> {
  if (options.site === undefined) {
    if (options.config === undefined) return simulatedTarget();
    err('--config is of use with --site only; without it the simulator is checked\n');
    return null;
  }
  const config = loadConfig(options.config ?? env['DROVER_CONFIG'] ?? 'drover.yaml', { env, need: 'worker' });
  const site = Object.hasOwn(config.sites, options.site) ? config.sites[options.site] : undefined;
  if (site !== undefined) return siteTarget(config, site);
  err(`the config has no site ${options.site}; it has ${Object.keys(config.sites).join(', ') || 'none'}\n`);
  return null;
}
