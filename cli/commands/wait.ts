import { Option } from 'commander';
import { MILESTONES, type Milestone } from '../../client/milestone.js';
import { type AddCommand, examples } from '../command.js';
import { clientConfig, withDrover } from '../context.js';
import { exitCodeOfWaited } from '../exit-codes.js';
import { time } from '../parse.js';
import { waitDocument, waitText } from '../text/wait-text.js';
import { watchUntil } from '../watch-run.js';

interface WaitOptions {
  for: Milestone;
  timeout?: number;
}

export const addWait: AddCommand = (program, run) => {
  const command = program
    .command('wait')
    .argument('<run>', 'id of the run')
    .description('wait until a run has come so far; exit 4 as soon as a person is needed first')
    .addOption(
      new Option(
        '--for <milestone>',
        'synced: each copy is made; gate: nothing goes on before an approval or a window; done: the run is over',
      )
        .choices(MILESTONES)
        .default('done'),
    )
    .option('--timeout <time>', 'exit 4 after so long, such as 2h (default: as long as it takes)', time)
    .addHelpText(
      'after',
      examples(
        'drover wait paris-exit-20261205 --for synced --timeout 12h',
        'drover wait paris-exit-20261205 --for gate && drover approve paris-exit-20261205 pilot',
      ),
    )
    .action((id: string, { for: milestone, timeout }: WaitOptions) =>
      run(command, (cli) =>
        withDrover(cli, clientConfig(cli), async (drover) => {
          const waited = await watchUntil(cli, drover.run(id), milestone, timeout);
          cli.out.result(
            { milestone, waited },
            (shown) => waitText(shown, cli.out.colors),
            waitDocument(milestone, waited),
          );
          return exitCodeOfWaited(waited);
        }),
      ),
    );
};
