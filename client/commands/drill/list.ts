import { type AddCommand, examples } from '../../cli/command.js';
import { clientConfig, withDrover } from '../../cli/context.js';
import { drillsText } from '../../cli/drill-list-text.js';
import { EXIT } from '../../cli/exit-codes.js';

export const addDrillList: AddCommand = (program, run) => {
  const command = program
    .command('list')
    .description('list scheduled drills: next time, last run, paused and why')
    .addHelpText('after', examples('drover drill list', 'drover drill list --json'))
    .action(() =>
      run(command, async (cli) => {
        const drills = await withDrover(cli, clientConfig(cli), (drover) => drover.drills());
        cli.out.result(drillsText(drills, cli.out.colors), { drills });
        return EXIT.ok;
      }),
    );
};
