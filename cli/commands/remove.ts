import { type AddCommand, examples } from '../command.js';
import { groundsOf, steerWith, withGrounds } from '../steer-command.js';

export const addRemove: AddCommand = (program, run) => {
  const command = withGrounds(program.command('remove'))
    .argument('<run>', 'id of the run')
    .argument('<vm>', 'a VM that has not begun, by id or name')
    .description('take a VM that has not begun out of a run, which is not kept from having succeeded by it')
    .addHelpText('after', examples('drover remove paris-exit-20261205 vm:web9 --note "is being retired" --ref CHG0042'))
    .action((id: string, vm: string, grounds: { note?: string; ref?: string }) =>
      steerWith(command, run, id, (handle) => handle.remove(vm, groundsOf(grounds))),
    );
};
