import { type AddCommand, examples } from '../cli/command.js';
import { clientConfig, withDrover } from '../cli/context.js';
import { exitCodeOfReport, exitCodeOfVm } from '../cli/exit-codes.js';
import type { Colors } from '../cli/output.js';
import { attentionText, headline, totalsLine, vmsTable, wavesTable } from '../cli/run-text.js';
import { vmText } from '../cli/vm-text.js';
import type { LiveReport } from '../live-report.js';
import { findVm } from '../scope.js';

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
          const report = await drover.run(id).report({ live: true });
          if (vmName === undefined) {
            cli.out.result(showText(report, cli.out.colors), report);
            return exitCodeOfReport(report);
          }
          const vm = findVm(report, vmName);
          cli.out.result(vmText(report, vm, cli.out.colors), vm);
          return exitCodeOfVm(vm);
        }),
      ),
    );
};

export function showText(report: LiveReport, colors: Colors): string {
  return [
    headline(report, colors),
    totalsLine(report.totals),
    ...(report.attention.length === 0 ? [] : [attentionText(report.attention, colors)]),
    wavesTable(report),
    vmsTable(report, colors),
  ].join('\n\n');
}
