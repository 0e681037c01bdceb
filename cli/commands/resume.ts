import { type AddCommand, examples } from '../command.js';
import { groundsOf, steerWith, withGrounds } from '../steer-command.js';

export const addResume: AddCommand = (program, run) => {
  const command = withGrounds(program.command('resume'))
    .argument('<run>', 'id of the run')
    .description('go on after a pause, and try again what a site refused')
    .addHelpText('after', examples('drover resume paris-exit-20261205'))
    .action((id: string, grounds: { note?: string; ref?: string }) =>
      steerWith(command, run, id, (handle) => handle.resume(groundsOf(grounds))),
    );
};
