import { chooseRunId } from '../../client/run-id.js';
import { type AddCommand, examples } from '../command.js';
import { withDrover } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { loadWithPlan } from '../load-input.js';
import { afterStart, type StartOptions, startOptions } from '../start-command.js';
import { dryRunDocument, dryRunText } from '../text/plan-text.js';

export const addRun: AddCommand = (program, run) => {
  const command = startOptions(
    program.command('run').argument('<plan>', 'plan file, YAML or JSON, of any kind'),
    "the plan's name",
  )
    .description('start a run of a plan')
    .addHelpText(
      'after',
      examples('drover run paris-exit.yaml --dry-run', 'drover run paris-exit.yaml --id paris-exit-1 --wait'),
    )
    .action((file: string, options: StartOptions) =>
      run(command, async (cli) => {
        const { config, loaded: plan } = loadWithPlan(cli, file);
        const id = chooseRunId(plan.name, options.id, new Date());
        if (options.dryRun) {
          cli.out.result(dryRunText(plan, id, cli.out.colors), dryRunDocument(plan, id));
          return EXIT.ok;
        }
        return withDrover(cli, config, async (drover) =>
          afterStart(cli, await drover.startRun(plan, { id }), options.wait ?? false, 'plan'),
        );
      }),
    );
};
