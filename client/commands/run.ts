import { loadPlan } from '../../plan/load-plan.js';
import { BadInput } from '../../plan/problem.js';
import type { Config, Plan } from '../../plan/types.js';
import { type AddCommand, examples } from '../cli/command.js';
import { type Cli, configWithSites, withDrover } from '../cli/context.js';
import { EXIT, exitCodeOfReport } from '../cli/exit-codes.js';
import { dryRunDocument, dryRunText } from '../cli/plan-text.js';
import { printReport, watchRun } from '../cli/watch-run.js';
import type { Drover } from '../drover.js';
import { checkStart } from '../start-run.js';
import { showText } from './show.js';

interface RunOptions {
  id?: string;
  dryRun?: boolean;
  wait?: boolean;
}

export const addRun: AddCommand = (program, run) => {
  const command = program
    .command('run')
    .argument('<plan>', 'plan file, YAML or JSON')
    .option('--id <id>', "id of the run (default: the plan's name and today's date)")
    .option('--dry-run', 'check everything, print what would be done, start nothing')
    .option('--wait', 'follow the run to its end and print its report')
    .description('start a run of a plan')
    .addHelpText(
      'after',
      examples('drover run paris-exit.yaml --dry-run', 'drover run paris-exit.yaml --id paris-exit-1 --wait'),
    )
    .action((file: string, options: RunOptions) =>
      run(command, async (cli) => {
        const { config, plan } = load(cli, file);
        const id = checkStart(plan, options.id, new Date());
        if (options.dryRun) {
          cli.out.result(dryRunText(plan, id, cli.out.colors), dryRunDocument(plan, id));
          return EXIT.ok;
        }
        return withDrover(cli, config, (drover) => start(cli, drover, plan, id, options.wait ?? false));
      }),
    );
};

/** Config and plan, with the problems of both at once. @throws BadInput */
function load(cli: Cli, file: string): { config: Config; plan: Plan } {
  const problems: BadInput['problems'] = [];
  const collect = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof BadInput)) {
        throw error;
      }
      problems.push(...error.problems);
      return null;
    }
  };
  const config = collect(() => configWithSites(cli));
  const plan = collect(() => loadPlan(file, { sites: config === null ? null : Object.keys(config.sites) }));
  if (config === null || plan === null) {
    throw new BadInput(problems);
  }
  return { config, plan };
}

async function start(cli: Cli, drover: Drover, plan: Plan, id: string, wait: boolean): Promise<number> {
  const { run, existed, takenUp } = await drover.startRun(plan, { id });
  if (!takenUp) {
    cli.out.alert(`No worker has begun with run ${id} yet; it waits for one. Next: drover worker`);
  }
  if (existed) {
    cli.out.note(`Run ${id} of this plan exists already; it was not started again.`);
  }
  if (wait) {
    if (!existed) {
      cli.out.note(`Run ${id} started. Ctrl-C ends the watching, not the run.`);
    }
    return printReport(cli, await watchRun(cli, run));
  }
  if (!existed) {
    cli.out.result(id, { run: id, existed, takenUp });
    cli.out.note(`Follow it: drover watch ${id}`);
    return EXIT.ok;
  }
  const report = await run.report({ live: true });
  cli.out.result(showText(report, cli.out.colors), report);
  return exitCodeOfReport(report);
}
