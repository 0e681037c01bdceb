import { type AddCommand, examples } from '../../command.js';
import { clientConfig, withDrover } from '../../context.js';
import { EXIT } from '../../exit-codes.js';
import { count } from '../../parse.js';
import { historyText } from '../../text/drill-list-text.js';

const SHOWN = 10;

export const addDrillHistory: AddCommand = (program, run) => {
  const command = program
    .command('history')
    .argument('<drill>', 'name of the drill')
    .option('--limit <n>', 'how many', count, SHOWN)
    .description('compare the drills of one name over time, newest first')
    .addHelpText(
      'after',
      examples('drover drill history crm-quarterly', 'drover drill history crm-quarterly --limit 3'),
    )
    .action((name: string, { limit }: { limit: number }) =>
      run(command, async (cli) => {
        const history = await withDrover(cli, clientConfig(cli), (drover) => drover.drill(name).history({ limit }));
        cli.out.result(history, (shown) => historyText(shown, cli.out.colors));
        if (history.more) {
          cli.out.note(`Only the newest ${limit} are shown; more: --limit`);
        }
        return EXIT.ok;
      }),
    );
};
