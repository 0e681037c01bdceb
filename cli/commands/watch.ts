import { type AddCommand, examples } from '../command.js';
import { clientConfig, withDrover } from '../context.js';
import { printReport, watchRun } from '../watch-run.js';

export const addWatch: AddCommand = (program, run) => {
  const command = program
    .command('watch')
    .argument('<run>', 'id of the run')
    .description('follow a run to its end; Ctrl-C ends the watching, never the run')
    .addHelpText('after', examples('drover watch paris-exit-20261205'))
    .action((id: string) =>
      run(command, (cli) =>
        withDrover(cli, clientConfig(cli), async (drover) => {
          const handle = drover.run(id);
          return printReport(cli, handle, await watchRun(cli, handle));
        }),
      ),
    );
};
