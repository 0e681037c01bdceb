import type { RunList } from '../../client/list-runs.js';
import type { RunSummary } from '../../client/run-summary.js';
import { moment, plural } from '../../client/words.js';
import { type AddCommand, examples } from '../command.js';
import { clientConfig, withDrover } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { Colors } from '../text/output.js';
import { colored, filled } from '../text/run-text.js';
import { table } from '../text/table.js';

const SHOWN = 20;

export const addList: AddCommand = (program, run) => {
  const command = program
    .command('list')
    .description('list runs of plans and drills, newest first')
    .option('--all', `every run that Temporal or the store knows, not only the newest ${SHOWN}`)
    .addHelpText('after', examples('drover list', 'drover list --all --json'))
    .action(({ all = false }: { all?: boolean }) =>
      run(command, async (cli) => {
        const list = await withDrover(cli, clientConfig(cli), (drover) => drover.list({ limit: all ? null : SHOWN }));
        cli.out.result(list, (shown) => listText(shown, cli.out.colors));
        if (list.missing !== undefined) {
          cli.out.note(list.missing);
        }
        if (list.more) {
          cli.out.note(`Only the newest ${SHOWN} are shown; all of them: drover list --all`);
        }
        return EXIT.ok;
      }),
    );
};

export function listText({ runs }: RunList, colors: Colors): string {
  if (runs.length === 0) {
    return 'No runs yet. Start one: drover run PLAN';
  }
  const rows = runs.map((one) => [
    one.run,
    one.plan ?? '?',
    one.kind ?? '?',
    colored(one.state ?? 'unknown', colors),
    needs(one),
    done(one),
    moment(one.startedAt),
  ]);
  return table(...filled(['RUN', 'PLAN', 'KIND', 'STATE', 'NEEDS', 'VMS DONE', 'STARTED'], rows));
}

/** What a person has to do, in few words; `drover show` says it in full. */
function needs({ state, needs: told, brakes = [] }: RunSummary): string {
  const { approval = 0, hold = 0, until = 0, missed = 0 } = told ?? {};
  return [
    ...(state === 'paused' || until > 0 ? ['resume'] : []),
    ...(brakes.length === 0 ? [] : [`brake of ${brakes.join(', ')}`]),
    ...(approval === 0 ? [] : [plural(approval, 'approval')]),
    ...(hold === 0 ? [] : [`${hold} held`]),
    ...(missed === 0 ? [] : [`${missed} past the window`]),
  ].join(', ');
}

function done({ totals }: RunSummary): string {
  return totals === null ? '?' : `${totals.vms - totals.running - totals.waiting}/${totals.vms}`;
}
