import { Command, CommanderError } from 'commander';
import type { Env } from '../temporal/connection.js';
import { examples, type Run } from './command.js';
import { addAdd } from './commands/add.js';
import { addApprove } from './commands/approve.js';
import { addCancel } from './commands/cancel.js';
import { addCompletion } from './commands/completion.js';
import { addDemo } from './commands/demo.js';
import { addDoctor } from './commands/doctor.js';
import { addDrill } from './commands/drill/index.js';
import { addFailover } from './commands/failover.js';
import { addList } from './commands/list.js';
import { addPause } from './commands/pause.js';
import { addPlan } from './commands/plan/index.js';
import { addFailback, addReverse } from './commands/recover.js';
import { addRemove } from './commands/remove.js';
import { addReplications } from './commands/replications.js';
import { addReport } from './commands/report.js';
import { addResume } from './commands/resume.js';
import { addRetry } from './commands/retry.js';
import { addRun } from './commands/run.js';
import { addSet } from './commands/set.js';
import { addShow } from './commands/show.js';
import { addSimulator } from './commands/simulator.js';
import { addSite } from './commands/site/index.js';
import { addSkip } from './commands/skip.js';
import { addTidy } from './commands/tidy.js';
import { addUndo } from './commands/undo.js';
import { addUp } from './commands/up.js';
import { addWait } from './commands/wait.js';
import { addWatch } from './commands/watch.js';
import { addWorker } from './commands/worker.js';
import type { Cli } from './context.js';
import type { OutputLost } from './errors.js';
import { EXIT, type ExitCode, exitCodeOfError } from './exit-codes.js';
import { addHelp } from './help-command.js';
import { Output } from './text/output.js';
import { errorDocument, errorLines } from './text/render-error.js';
import { usageHelp } from './usage-help.js';
import { version } from './version.js';

const COMMANDS = [
  addDemo,
  addUp,
  addPlan,
  addRun,
  addFailover,
  addReverse,
  addFailback,
  addDrill,
  addList,
  addShow,
  addWatch,
  addWait,
  addReport,
  addApprove,
  addPause,
  addResume,
  addCancel,
  addSkip,
  addRetry,
  addSet,
  addUndo,
  addAdd,
  addRemove,
  addSite,
  addTidy,
  addReplications,
  addDoctor,
  addWorker,
  addSimulator,
  addCompletion,
];

interface GlobalOptions {
  config?: string;
  json?: boolean;
  quiet?: boolean;
}

/** Runs the command line; the exit code is for the caller to end the process with. */
export function main(args: string[], env: Env): Promise<number> {
  return new CommandLine(env).run(args);
}

class CommandLine {
  readonly #env: Env;
  /** of the command that was run, as soon as it has ended */
  #code: number = EXIT.ok;

  constructor(env: Env) {
    this.#env = env;
  }

  async run(args: string[]): Promise<number> {
    const program = buildProgram((command, action) => this.#act(command, action));
    try {
      await program.parseAsync(args, { from: 'user' });
    } catch (error) {
      if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help')) {
        // Help was asked for, or nothing was; either way it has been printed.
        return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
      }
      return tell(new Output({ json: args.includes('--json'), quiet: false }), error, usageHelp(program, args));
    }
    return this.#code;
  }

  async #act(command: Command, action: (cli: Cli) => Promise<number>): Promise<void> {
    const { config, json = false, quiet = false } = command.optsWithGlobals<GlobalOptions>();
    const cli: Cli = { out: new Output({ json, quiet }), env: this.#env, config };
    try {
      this.#code = await action(cli);
    } catch (error) {
      this.#code = tell(cli.out, error);
    }
  }
}

function buildProgram(run: Run): Command {
  const program = new Command('drover')
    .description('Moves herds of VMs between VMware Cloud Director Availability sites, durably.')
    .version(version())
    .option('--config <file>', 'config file (default: DROVER_CONFIG, else drover.yaml)')
    .option('--json', 'print exactly one JSON document on stdout')
    .option('--quiet', 'no progress and no hints on stderr')
    .addHelpText('after', examples('drover demo --crash', 'drover run paris-exit.yaml --wait', 'drover help run'))
    .configureHelp({ showGlobalOptions: true })
    // Said once, by `tell`, so that --json holds for usage errors as well.
    .configureOutput({ outputError: () => {} })
    .exitOverride()
    .showSuggestionAfterError();
  for (const add of COMMANDS) {
    add(program, run);
  }
  addHelp(program);
  return program;
}

/** Whatever the command did: who reads its words, or its document, has not got them. */
export function tellOutputLost(error: OutputLost): ExitCode {
  new Output({ json: false, quiet: false }).alert(...errorLines(error));
  return exitCodeOfError(error);
}

/** @param next what to do, where the error itself does not say */
function tell(out: Output, error: unknown, next: string | null = null): ExitCode {
  out.alert(...errorLines(error, next));
  if (out.json) {
    out.result(errorDocument(error, next), () => '');
  }
  return exitCodeOfError(error);
}
