import { Option } from 'commander';
import type { LiveReport } from '../../client/live-report.js';
import { requireWave } from '../../client/scope.js';
import { VM_STATES, type VmReport, type VmState } from '../../contract/report.js';
import { type AddCommand, examples } from '../command.js';
import { clientConfig, withDrover } from '../context.js';
import { exitCodeOfReport, exitCodeOfVm } from '../exit-codes.js';
import { showText } from '../text/show-text.js';
import { tidyingText } from '../text/tidy-text.js';
import { vmText } from '../text/vm-text.js';

interface Wanted {
  all?: boolean;
  failed?: boolean;
  state?: VmState;
  wave?: string;
}

export const addShow: AddCommand = (program, run) => {
  const command = program
    .command('show')
    .argument('<run>', 'id of the run')
    .argument('[vm]', 'one VM of it, by id or name')
    .option('--all', 'list all of its VMs, not only those that tell how it goes')
    .option('--failed', 'list those that have failed')
    .addOption(new Option('--state <state>', 'list those in a state').choices(VM_STATES))
    .option('--wave <wave>', 'list those of a wave')
    .description(
      'show a run as it is now: what needs a person, what failed, what goes on; or one VM with its operations',
    )
    .addHelpText(
      'after',
      examples(
        'drover show paris-exit-20261205',
        'drover show paris-exit-20261205 --wave pilot --state waiting',
        'drover show paris-exit-20261205 web1',
      ),
    )
    .action((id: string, vmName: string | undefined, wanted: Wanted) =>
      run(command, (cli) =>
        withDrover(cli, clientConfig(cli), async (drover) => {
          if (vmName === undefined) {
            const handle = drover.run(id);
            const report = await (cli.out.json ? handle.report({ live: true }) : handle.overview());
            const listed = listedOf(report, wanted);
            const kept = report.kind === 'migrate' && report.finishedAt !== null ? await handle.tidying() : null;
            const document = listed === null ? report : { ...report, vms: listed };
            cli.out.result(
              { report, listed, kept },
              (shown) =>
                [
                  showText(shown.report, cli.out.colors, shown.listed),
                  ...(shown.kept === null ? [] : [tidyingText(id, shown.kept)]),
                ].join('\n\n'),
              kept === null ? document : { ...document, keptReplications: kept },
            );
            return exitCodeOfReport(report);
          }
          const { report, vm, retries } = await drover.run(id).vm(vmName);
          cli.out.result(
            { report, vm, retries },
            (shown) => vmText(shown.report, shown.vm, cli.out.colors, shown.retries),
            { ...vm, retries },
          );
          return exitCodeOfVm(vm);
        }),
      ),
    );
};

/** Of all that were named, those that fit all; null: nothing was. @throws NotInRun */
function listedOf(report: LiveReport, { all = false, failed = false, state, wave }: Wanted): VmReport[] | null {
  if (!all && !failed && state === undefined && wave === undefined) return null;
  if (wave !== undefined) requireWave(report, wave);
  return report.vms.filter(
    (vm) =>
      (!failed || vm.state === 'failed') &&
      (state === undefined || vm.state === state) &&
      (wave === undefined || vm.wave === wave),
  );
}
