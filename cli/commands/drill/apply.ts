import { DEFAULT_SET } from '../../../client/drills/default-set.js';
import { loadDrillFolder } from '../../../client/drills/drill-folder.js';
import { clockChangeWarnings } from '../../../plan/drill/schedule-times.js';
import { type AddCommand, examples } from '../../command.js';
import { withDrover } from '../../context.js';
import { EXIT } from '../../exit-codes.js';
import { loadWithConfig } from '../../load-input.js';
import { appliedText } from '../../text/drill-list-text.js';

interface ApplyFlags {
  dryRun?: boolean;
  prune?: boolean;
  set: string;
}

export const addDrillApply: AddCommand = (program, run) => {
  const command = program
    .command('apply')
    .argument('<dir>', 'folder whose *.yaml drills are the ones that should be scheduled')
    .option('--dry-run', 'only show what would change')
    .option('--prune', 'remove schedules that were applied before and whose drills are no longer there')
    .option('--set <name>', 'which drills belong together, where several folders are applied', DEFAULT_SET)
    .description('make the schedules be those of a folder, and show what changes')
    .addHelpText('after', examples('drover drill apply drills --dry-run', 'drover drill apply drills --prune'))
    .action((dir: string, { set, prune = false, dryRun = false }: ApplyFlags) =>
      run(command, async (cli) => {
        const { config, loaded } = loadWithConfig(cli, (sites) => loadDrillFolder(dir, { sites }));
        const drills = loaded.map(({ drill }) => drill);
        const applied = await withDrover(cli, config, (drover) => drover.applyDrills(drills, { set, prune, dryRun }));
        const warnings = loaded.flatMap(({ file, drill: { schedule } }) =>
          schedule === null ? [] : clockChangeWarnings(schedule).map((text) => `${file}: ${text}`),
        );
        for (const warning of warnings) {
          cli.out.alert(`warning: ${warning}`);
        }
        const unscheduled = loaded.flatMap(({ drill: { name, schedule } }) => (schedule === null ? [name] : []));
        if (unscheduled.length > 0) {
          cli.out.note(`Without a schedule, and so passed over: ${unscheduled.join(', ')}`);
        }
        cli.out.result({ ...applied, unscheduled, warnings }, (shown) => appliedText(shown, cli.out.colors));
        return EXIT.ok;
      }),
    );
};
