import { type AddCommand, examples } from '../../command.js';
import { clientConfig, withDrover } from '../../context.js';
import { EXIT } from '../../exit-codes.js';
import { sitesText } from '../../text/site-text.js';

export const addSiteList: AddCommand = (program, run) => {
  const command = program
    .command('list')
    .description('list sites: brake, limits, and how much of them is used')
    .addHelpText('after', examples('drover site list', 'drover site list --json'))
    .action(() =>
      run(command, async (cli) => {
        const config = clientConfig(cli);
        const sites = await withDrover(cli, config, (drover) => drover.sites(Object.keys(config.sites)));
        cli.out.result({ sites }, (shown) => sitesText(shown.sites, cli.out.colors));
        return EXIT.ok;
      }),
    );
};
