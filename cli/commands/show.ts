import { type AddCommand, examples } from '../command.js';
import { clientConfig, withDrover } from '../context.js';
import { exitCodeOfReport, exitCodeOfVm } from '../exit-codes.js';
import { showText } from '../text/show-text.js';
import { vmText } from '../text/vm-text.js';

export const addShow: AddCommand = (program, run) => {
  const command = program
    .command('show')
    .argument('<run>', 'id of the run')
    .argument('[vm]', 'one VM of it, by id or name')
    .description('show a run as it is now: totals, waves, every VM; or one VM with its operations')
    .addHelpText('after', examples('drover show paris-exit-20261205', 'drover show paris-exit-20261205 web1'))
    .action((id: string, vmName: string | undefined) =>
      run(command, (cli) =>
        withDrover(cli, clientConfig(cli), async (drover) => {
          if (vmName === undefined) {
            const report = await drover.run(id).report({ live: true });
            cli.out.result(showText(report, cli.out.colors), report);
            return exitCodeOfReport(report);
          }
          const { report, vm, retries } = await drover.run(id).vm(vmName);
          cli.out.result(vmText(report, vm, cli.out.colors, retries), { ...vm, retries });
          return exitCodeOfVm(vm);
        }),
      ),
    );
};
