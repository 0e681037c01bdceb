import { type AddCommand, examples } from '../../command.js';
import { groundsOf, steerWith, withGrounds } from '../../steer-command.js';

export const addDrillFinish: AddCommand = (program, run) => {
  const command = withGrounds(program.command('finish'))
    .argument('<run>', 'id of the drill that is held')
    .description('end the hold of a drill: it is checked once more and cleaned up now, and its result counts')
    .addHelpText('after', examples('drover drill finish crm-quarterly-20261205 --note "the owners have seen it"'))
    .action((id: string, grounds: { note?: string; ref?: string }) =>
      steerWith(command, run, id, (handle) => handle.finish(groundsOf(grounds))),
    );
};
