import { Argument } from 'commander';
import { type AddCommand, examples } from '../../command.js';
import { groundsOf, tellSite, withGrounds } from '../../steer-command.js';

export const addSiteBrake: AddCommand = (program, run) => {
  const command = withGrounds(program.command('brake'))
    .argument('<site>', 'name of the site')
    .addArgument(new Argument('<state>', 'on or off').choices(['on', 'off']))
    .description('keep a site from new work, on every worker, or let it begin again; what was accepted goes on')
    .addHelpText('after', examples('drover site brake lyon on --note "storage is full"', 'drover site brake lyon off'))
    .action((site: string, state: 'on' | 'off', grounds: { note?: string; ref?: string }) =>
      tellSite(command, run, site, (handle) => handle.brake(state === 'on', groundsOf(grounds))),
    );
};
