import type { Swept } from '../../../client/drills/sweep-site.js';
import { Interrupted } from '../../../client/errors.js';
import { plural } from '../../../client/words.js';
import { nearest } from '../../../plan/source/nearest.js';
import type { Config } from '../../../plan/types.js';
import { type AddCommand, examples } from '../../command.js';
import { configWithSites, withDrover } from '../../context.js';
import { SiteUnknown } from '../../errors.js';
import { EXIT } from '../../exit-codes.js';
import { aborting } from '../../interrupt.js';

export const addDrillSweep: AddCommand = (program, run) => {
  const command = program
    .command('sweep')
    .argument('<site>', 'site at which to look')
    .description('remove test copies that drills have left at a site, such as one whose workflow was terminated')
    .addHelpText('after', examples('drover drill sweep lyon'))
    .action((site: string) =>
      run(command, async (cli) => {
        const config = configWithSites(cli);
        requireKnown(config, site);
        const stopped = new Interrupted(
          `No longer waiting; the sweep of site ${site} goes on.`,
          `drover drill sweep ${site}`,
        );
        const swept = await withDrover(cli, config, (drover) =>
          aborting(stopped, (signal) => drover.sweep(site, { signal })),
        );
        cli.out.result(swept, sweptText);
        return swept.left.length === 0 ? EXIT.ok : EXIT.notAll;
      }),
    );
};

function requireKnown({ sites }: Config, site: string): void {
  const names = Object.keys(sites);
  if (!names.includes(site)) {
    throw new SiteUnknown(site, nearest(site, names));
  }
}

export function sweptText({ site, removed, gone, left }: Swept): string {
  const list = (copies: Swept['removed']): string => copies.map(({ vm, run }) => `  ${vm} (${run})`).join('\n');
  const reasons = (all: Swept['left']): string =>
    all.map(({ vm, run, reason }) => `  ${vm} (${run}): ${reason}`).join('\n');
  const copies = (all: Swept['removed']): string => plural(all.length, 'test copy', 'test copies');
  return [
    removed.length === 0
      ? `No test copy was removed at ${site}.`
      : `${copies(removed)} removed at ${site}:\n${list(removed)}`,
    ...(gone.length === 0 ? [] : [`${copies(gone)} gone already, removed by somebody else:\n${list(gone)}`]),
    ...(left.length === 0 ? [] : [`${copies(left)} still there:\n${reasons(left)}`]),
  ].join('\n\n');
}
