import { type AddCommand, examples } from '../command.js';
import { steerWith } from '../steer-command.js';

export const addPause: AddCommand = (program, run) => {
  const command = program
    .command('pause')
    .argument('<run>', 'id of the run')
    .option('--note <text>', 'why: shown to whoever looks at the run, and kept with the act')
    .option('--reason <text>', 'the same as --note')
    .option('--ref <text>', 'the change that it belongs to, such as CHG0042; kept as the note is')
    .description('start nothing new in a run; what VCDA is already doing goes on')
    .addHelpText('after', examples('drover pause paris-exit-20261205 --note "storage at lyon is full"'))
    .action((id: string, { note, reason, ref }: { note?: string; reason?: string; ref?: string }) =>
      steerWith(command, run, id, (handle) =>
        handle.pause(note ?? reason ?? 'paused by a person', ref === undefined ? {} : { reference: ref }),
      ),
    );
};
