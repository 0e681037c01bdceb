/** `drover site`: limits and brake of a site, over all runs, drills and workers. */
import { type AddCommand, examples } from '../../command.js';
import { addHelp } from '../../help-command.js';
import { addSiteBrake } from './brake.js';
import { addSiteList } from './list.js';
import { addSiteSet } from './set.js';
import { addSiteShow } from './show.js';

export const addSite: AddCommand = (program, run) => {
  const command = program
    .command('site')
    .description('limits and brake of a site, live, over all runs, drills and workers')
    .addHelpText(
      'after',
      examples(
        'drover site show lyon',
        'drover site set lyon syncs=20',
        'drover site brake lyon on --note "storage is full"',
      ),
    );
  for (const add of [addSiteList, addSiteShow, addSiteSet, addSiteBrake]) add(command, run);
  addHelp(command);
};
