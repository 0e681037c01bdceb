import { chooseRunId } from '../../../client/run-id.js';
import { type AddCommand, examples } from '../../command.js';
import { withDrover } from '../../context.js';
import { EXIT } from '../../exit-codes.js';
import { loadWithDrill } from '../../load-input.js';
import { afterStart, refuseInput, type StartOptions, startOptions } from '../../start-command.js';
import { drillDryRunDocument, drillDryRunText } from '../../text/drill-plan-text.js';

export const addDrillRun: AddCommand = (program, run) => {
  const command = startOptions(
    program.command('run').argument('<drill>', 'drill file, YAML or JSON'),
    "the drill's name",
  )
    .description('start a drill now')
    .addHelpText(
      'after',
      examples('drover drill run crm-drill.yaml --dry-run', 'drover drill run crm-drill.yaml --wait'),
    )
    .action((file: string, options: StartOptions) => {
      refuseInput(command, options);
      return run(command, async (cli) => {
        const { config, loaded: drill } = loadWithDrill(cli, file);
        const id = chooseRunId(drill.name, options.id, new Date());
        if (options.dryRun) {
          cli.out.result(drillDryRunDocument(drill, id), (shown) =>
            drillDryRunText(shown.drill, shown.run, cli.out.colors),
          );
          return EXIT.ok;
        }
        return withDrover(cli, config, async (drover) =>
          afterStart(cli, await drover.startDrill(drill, { id }), options, 'drill'),
        );
      });
    });
};
