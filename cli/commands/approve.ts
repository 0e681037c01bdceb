import { type AddCommand, examples } from '../command.js';
import { groundsOf, steerWith, withGrounds } from '../steer-command.js';

export const addApprove: AddCommand = (program, run) => {
  const command = withGrounds(program.command('approve'))
    .argument('<run>', 'id of the run')
    .argument(
      '[target]',
      'a wave by name or a VM by id or name (wave:NAME, vm:NAME, vapp:NAME where several have it; an id always decides); default: the wave that runs now, or with approval: run in the plan the whole run',
    )
    .description('approve cutovers that wait for it')
    .addHelpText(
      'after',
      examples(
        'drover approve paris-exit-20261205 wave:pilot --note "signed off by CAB" --ref CHG0042',
        'drover approve paris-exit-20261205 web1',
      ),
    )
    .action((id: string, target: string | undefined, grounds: { note?: string; ref?: string }) =>
      steerWith(command, run, id, (handle) => handle.approve(target, groundsOf(grounds))),
    );
};
