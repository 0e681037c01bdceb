import { Interrupted } from '../../client/errors.js';
import { type AddCommand, examples } from '../command.js';
import { clientConfig, withDrover } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { aborting } from '../interrupt.js';
import { tidiedText } from '../text/tidy-text.js';

export const addTidy: AddCommand = (program, run) => {
  const command = program
    .command('tidy')
    .argument('<run>', 'id of a migration that has ended')
    .description('remove the replications that a migration has kept (keepReplication) now; then there is no way back')
    .addHelpText('after', examples('drover tidy paris-exit-20261205'))
    .action((id: string) =>
      run(command, async (cli) => {
        const stopped = new Interrupted(
          `No longer waiting; the replications of run ${id} are removed.`,
          `drover show ${id}`,
        );
        const result = await withDrover(
          cli,
          clientConfig(cli),
          (drover) => aborting(stopped, (signal) => drover.run(id).tidy({ signal })),
          'drover tidy',
        );
        cli.out.result({ run: id, ...result }, tidiedText);
        return result.stays === 0 ? EXIT.ok : EXIT.notAll;
      }),
    );
};
