import { type AddCommand, examples } from '../command.js';
import { groundsOf, steerWith, withGrounds } from '../steer-command.js';

export const addSkip: AddCommand = (program, run) => {
  const command = withGrounds(program.command('skip'))
    .argument('<run>', 'id of the run')
    .argument('<target>', 'a wave or a VM, as for approve')
    .description('leave a wave or a VM out, with what was copied of it; a cutover that has begun is brought to its end')
    .addHelpText('after', examples('drover skip paris-exit-20261205 vm:web1 --note "owner is away"'))
    .action((id: string, target: string, grounds: { note?: string; ref?: string }) =>
      steerWith(command, run, id, (handle) => handle.skip(target, groundsOf(grounds))),
    );
};
