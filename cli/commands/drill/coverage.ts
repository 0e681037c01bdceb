import type { Coverage, Covered } from '../../../client/drills/drill-coverage.js';
import { moment, plural } from '../../../client/words.js';
import { nearest } from '../../../plan/source/nearest.js';
import { type AddCommand, examples } from '../../command.js';
import { configWithSites, withDrover } from '../../context.js';
import { SiteUnknown } from '../../errors.js';
import { EXIT } from '../../exit-codes.js';
import { count } from '../../parse.js';
import { filled } from '../../text/run-text.js';
import { table } from '../../text/table.js';

const QUARTER = 92;

export const addDrillCoverage: AddCommand = (program, run) => {
  const command = program
    .command('coverage')
    .argument('[sites...]', 'sites that protections go to; default: all of the config')
    .option('--days <n>', 'a drill counts for so many days', count, QUARTER)
    .description('list protected VMs that no drill has proved for so many days, as far as the store remembers')
    .addHelpText('after', examples('drover drill coverage --days 180', 'drover drill coverage lyon --json'))
    .action((named: string[], { days }: { days: number }) =>
      run(command, async (cli) => {
        const config = configWithSites(cli);
        const known = Object.keys(config.sites);
        for (const site of named) if (!known.includes(site)) throw new SiteUnknown(site, nearest(site, known));
        const sites = named.length === 0 ? known : named;
        const coverage = await withDrover(cli, config, (drover) => drover.drillCoverage({ sites, days }));
        cli.out.result({ sites, days, ...coverage }, (shown) => textOf(shown, days));
        return EXIT.ok;
      }),
    );
};

function textOf({ protected: all, missing, askedSince }: Coverage, days: number): string {
  const head = ['VM', 'FROM', 'TO', 'DRILLED LAST', 'RUN', 'TRIED SINCE'];
  const rows = missing.map(({ vm, replicationId, source, destination, drilled, tried }: Covered) => [
    vm.name ?? vm.id ?? replicationId,
    source ?? '-',
    destination ?? '-',
    drilled === null ? `not since ${askedSince.slice(0, 10)}` : moment(drilled.at),
    drilled?.run ?? '',
    tried === null ? '' : `${moment(tried.at)} ${tried.state} (${tried.run})`,
  ]);
  const none = missing.length === 0 ? 'none' : missing.length;
  const text = `Not proved by a drill for ${plural(days, 'day')}: ${none} of ${plural(all, 'protected VM')}.`;
  return [...(rows.length === 0 ? [] : [table(...filled(head, rows))]), text].join('\n\n');
}
