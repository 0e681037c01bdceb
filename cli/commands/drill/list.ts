import { type AddCommand, examples } from '../../command.js';
import { clientConfig, withDrover } from '../../context.js';
import { EXIT } from '../../exit-codes.js';
import { drillsText } from '../../text/drill-list-text.js';

export const addDrillList: AddCommand = (program, run) => {
  const command = program
    .command('list')
    .description('list scheduled drills: next time, last run, paused and why')
    .addHelpText('after', examples('drover drill list', 'drover drill list --json'))
    .action(() =>
      run(command, async (cli) => {
        const drills = await withDrover(cli, clientConfig(cli), (drover) => drover.drills());
        cli.out.result({ drills }, (shown) => drillsText(shown.drills, cli.out.colors));
        return EXIT.ok;
      }),
    );
};
