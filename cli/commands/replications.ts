import { moment, plural } from '../../client/words.js';
import type { ListedReplication } from '../../contract/listed-replication.js';
import { nearest } from '../../plan/source/nearest.js';
import { type AddCommand, examples } from '../command.js';
import { configWithSites, withDrover } from '../context.js';
import { SiteUnknown } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { loginIn } from '../login-option.js';
import { filled } from '../text/run-text.js';
import { table } from '../text/table.js';

export const addReplications: AddCommand = (program, run) => {
  const command = program
    .command('replications')
    .argument('<site>', 'site that they go to')
    .description('list what is replicated to a site, whose it is by its mark, and of which run; nothing is changed')
    .option('--orphans', 'only what a run of ours has left for a migration or a test, and nobody will remove')
    .option('--login <name>', "which of the site's logins is used (default: its login)", loginIn)
    .addHelpText('after', examples('drover replications lyon', 'drover replications lyon --orphans --json'))
    .action((site: string, { orphans = false, login }: { orphans?: boolean; login?: string }) =>
      run(command, async (cli) => {
        const config = configWithSites(cli);
        const sites = Object.keys(config.sites);
        if (!sites.includes(site)) throw new SiteUnknown(site, nearest(site, sites));
        const all = await withDrover(cli, config, (drover) =>
          drover.replications(site, {
            ...(login !== undefined && { login }),
            onProgress: (read) => cli.out.note(`read ${plural(read, 'replication')}`),
          }),
        );
        const shown = orphans ? all.filter(({ isOrphan }) => isOrphan) : all;
        cli.out.result({ site, all: all.length, replications: shown }, (told) => textOf(told, orphans));
        return EXIT.ok;
      }),
    );
};

function textOf(
  { site, all, replications }: { site: string; all: number; replications: ListedReplication[] },
  orphans: boolean,
): string {
  const head = ['ID', 'VM', 'FROM', 'TO VDC', 'KIND', 'STATE', 'WHOSE', 'RUN', 'BEGUN', 'HOLDS'];
  const rows = replications.map((one) => [
    one.id,
    one.vm.name ?? one.vm.id ?? '-',
    one.source ?? '-',
    one.vdc?.name ?? one.vdc?.id ?? '-',
    one.kind ?? '-',
    stateOf(one),
    one.whose,
    one.run === null ? '' : one.runIs === null ? one.run : `${one.run} (${one.runIs})`,
    one.runStartedAt === null ? '' : moment(one.runStartedAt),
    moment(one.latest),
  ]);
  const count = orphans
    ? `${plural(replications.length, 'orphan')} of ${plural(all, 'replication')} at ${site}; nothing was removed`
    : `${plural(all, 'replication')} at ${site}, ${replications.filter(({ isOrphan }) => isOrphan).length} of them orphans`;
  return [...(rows.length === 0 ? [] : [table(...filled(head, rows))]), `${count}.`].join('\n\n');
}

function stateOf({ state, recovery, isPaused }: ListedReplication): string {
  const recovered = recovery === 'NOT_STARTED' || recovery === 'UNKNOWN' ? [] : [recovery];
  return [...(isPaused ? ['paused'] : state === null ? [] : [state]), ...recovered].join(', ') || '-';
}
