import { type AddCommand, examples } from '../../command.js';
import { groundsOf, steerWith, withGrounds } from '../../steer-command.js';

export const addDrillSign: AddCommand = (program, run) => {
  const command = withGrounds(program.command('sign'))
    .argument('<run>', 'id of a drill that is over')
    .description('sign off a drill: who you are, and when, stands in its evidence')
    .addHelpText('after', examples('drover drill sign crm-quarterly-20261205 --note "as agreed" --ref BIA-17'))
    .action((id: string, grounds: { note?: string; ref?: string }) =>
      steerWith(command, run, id, (handle) => handle.sign(groundsOf(grounds))),
    );
};
