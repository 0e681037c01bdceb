import { Option } from 'commander';
import type { StartedHandle } from '../../client/drover.js';
import { WindowOver } from '../../client/errors.js';
import { chooseRunId } from '../../client/run-id.js';
import { type AddCommand, examples } from '../command.js';
import { type Cli, withDrover } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { loadWithPlan } from '../load-input.js';
import { afterStart, type StartOptions, startOptions } from '../start-command.js';
import { dryRunDocument, dryRunText } from '../text/plan-text.js';

interface RunOptions extends StartOptions {
  until?: 'synced';
}

export const addRun: AddCommand = (program, run) => {
  const command = startOptions(
    program.command('run').argument('<plan>', 'plan file, YAML or JSON, of any kind'),
    "the plan's name",
  )
    .description('start a run of a plan')
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
    .action((file: string, options: RunOptions) =>
      run(command, async (cli) => {
        const { config, loaded: plan } = loadWithPlan(cli, file, options.dryRun ? new Date() : undefined);
        const id = chooseRunId(plan.name, options.id, new Date());
        if (options.dryRun) {
          cli.out.result(dryRunText(plan, id, cli.out.colors), dryRunDocument(plan, id));
          return EXIT.ok;
        }
        return withDrover(cli, config, async (drover) =>
          afterStart(
            cli,
            await startedOf(cli, file, drover.startRun(plan, { id, ...(options.until && { until: options.until }) })),
            options.wait ?? false,
            'plan',
          ),
        );
      }),
    );
};

/** A window that is over is said with its place in the file. */
async function startedOf(cli: Cli, file: string, starting: Promise<StartedHandle>): Promise<StartedHandle> {
  try {
    return await starting;
  } catch (error) {
    if (error instanceof WindowOver) loadWithPlan(cli, file, new Date());
    throw error;
  }
}
