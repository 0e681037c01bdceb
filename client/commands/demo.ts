import { type AddCommand, examples } from '../cli/command.js';
import { EXIT } from '../cli/exit-codes.js';

export const addDemo: AddCommand = (program, run) => {
  const command = program
    .command('demo')
    .description('run the VCDA demo alone')
    .addHelpText('after', examples('drover demo'))
    .action(() => run(command, async () => EXIT.ok));
};
