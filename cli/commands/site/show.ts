import { type AddCommand, examples } from '../../command.js';
import { clientConfig, withDrover } from '../../context.js';
import { EXIT } from '../../exit-codes.js';
import { siteText } from '../../text/site-text.js';

export const addSiteShow: AddCommand = (program, run) => {
  const command = program
    .command('show')
    .argument('<site>', 'name of the site')
    .description('which limits hold, by whose word and since when; the brake; who has and who wants places')
    .addHelpText('after', examples('drover site show lyon'))
    .action((name: string) =>
      run(command, async (cli) => {
        const site = await withDrover(cli, clientConfig(cli), (drover) => drover.site(name).show());
        cli.out.result(site, (shown) => siteText(shown, cli.out.colors));
        return EXIT.ok;
      }),
    );
};
