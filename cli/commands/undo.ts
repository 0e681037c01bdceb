import { type AddCommand, examples } from '../command.js';
import { groundsOf, steerWith, withGrounds } from '../steer-command.js';

export const addUndo: AddCommand = (program, run) => {
  const command = withGrounds(program.command('undo'))
    .argument('<run>', 'id of the run')
    .description('end a run, and take back what is not cut over: replications that it made go, the rest stays')
    .addHelpText('after', examples('drover undo paris-exit-20261205 --note "the move is off"'))
    .action((id: string, grounds: { note?: string; ref?: string }) =>
      steerWith(command, run, id, (handle) => handle.undo(groundsOf(grounds))),
    );
};
