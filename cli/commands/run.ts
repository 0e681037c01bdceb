import { Option } from 'commander';
import { WindowOver } from '../../client/errors.js';
import { chooseRunId } from '../../client/run-id.js';
import { shellWord } from '../../client/shell-word.js';
import { agreeToFailover, confirmOption } from '../agree-to-failover.js';
import { checkBefore, droverOf, dryRun } from '../check-before.js';
import { type AddCommand, examples } from '../command.js';
import { type Cli, withDrover } from '../context.js';
import { PlanUnfit } from '../errors.js';
import { loadWithPlan } from '../load-input.js';
import { afterStart, refuseInput, type StartOptions, startOptions, startWords, withCheck } from '../start-command.js';
import { dryRunDocument } from '../text/plan-text.js';

interface RunOptions extends StartOptions {
  until?: 'synced';
  confirm?: boolean;
}

export const addRun: AddCommand = (program, run) => {
  const command = withCheck(
    startOptions(program.command('run').argument('<plan>', 'plan file, YAML or JSON, of any kind'), "the plan's name"),
  )
    .description('check a plan, as plan check does, and start a run of it')
    .addHelpText(
      'after',
      examples(
        'drover run paris-exit.yaml --dry-run',
        'drover run paris-exit.yaml --id paris-exit-1 --wait',
        'drover run paris-exit.yaml --until synced',
      ),
    )
    .addOption(
      new Option('--until <step>', 'make all copies, then wait for drover resume before any cutover').choices([
        'synced',
      ]),
    )
    .addOption(confirmOption())
    .action((file: string, options: RunOptions) =>
      run(command, async (cli) => {
        const { config, loaded } = loadWithPlan(cli, file, options.dryRun ? new Date() : undefined);
        // Of a failover it says that nobody is to be asked.
        if (loaded.kind !== 'failover') refuseInput(command, options);
        const id = chooseRunId(loaded.name, options.id, new Date());
        if (options.dryRun)
          return dryRun(cli, droverOf(cli, config), dryRunDocument(loaded, id), options.check ?? true);
        return withDrover(cli, config, async (drover) => {
          const plan = await drover.resolved(loaded);
          const asked = { run: id, check: options.check };
          const found = await startingIn(cli, file, () => checkBefore(cli, drover, plan, asked));
          const [typed, planned] = [typedOf('run', file, options), `${typedOf('failover', file, options)} --planned`];
          const agree = { found, run: id, options, typed, planned };
          if (plan.kind === 'failover') await agreeToFailover(cli, drover, plan, agree);
          const start = { id, ...(options.until && { until: options.until }) };
          const started = await startingIn(cli, file, () => drover.startRun(plan, start));
          return afterStart(cli, started, options, 'plan');
        });
      }),
    );
};

/** The command as it was typed, as far as it says what is started. */
const typedOf = (command: 'run' | 'failover', file: string, options: RunOptions): string =>
  [
    'drover',
    command,
    file,
    ...startWords(options),
    ...(command === 'run' && options.until ? ['--until', options.until] : []),
  ]
    .map(shellWord)
    .join(' ');

/** A window that is over is said with its place in the file. */
async function startingIn<T>(cli: Cli, file: string, starting: () => Promise<T>): Promise<T> {
  try {
    return await starting();
  } catch (error) {
    const isOver =
      error instanceof WindowOver ||
      (error instanceof PlanUnfit && error.check.errors.some(({ code }) => code === 'WindowOver'));
    if (isOver) loadWithPlan(cli, file, new Date());
    throw error;
  }
}
