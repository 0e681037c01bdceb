import { type AddCommand, examples } from '../command.js';
import { steerWith } from '../steer-command.js';

export const addApprove: AddCommand = (program, run) => {
  const command = program
    .command('approve')
    .argument('<run>', 'id of the run')
    .argument(
      '[target]',
      'a wave by name or a VM by id or name (wave:NAME, vm:NAME where both have it; an id always decides); default: the wave that runs now',
    )
    .description('approve cutovers that wait for it')
    .addHelpText(
      'after',
      examples('drover approve paris-exit-20261205 pilot', 'drover approve paris-exit-20261205 web1'),
    )
    .action((id: string, target: string | undefined) =>
      steerWith(command, run, id, (handle) => handle.approve(target)),
    );
};
