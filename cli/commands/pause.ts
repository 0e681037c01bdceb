import { type AddCommand, examples } from '../command.js';
import { steerWith } from '../steer-command.js';

export const addPause: AddCommand = (program, run) => {
  const command = program
    .command('pause')
    .argument('<run>', 'id of the run')
    .option('--reason <text>', 'shown to whoever looks at the run', 'paused by a person')
    .description('start nothing new in a run; what VCDA is already doing goes on')
    .addHelpText('after', examples('drover pause paris-exit-20261205 --reason "storage at lyon is full"'))
    .action((id: string, { reason }: { reason: string }) =>
      steerWith(command, run, id, (handle) => handle.pause(reason)),
    );
};
