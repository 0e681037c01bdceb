import { type AddCommand, examples } from '../cli/command.js';
import { EXIT } from '../cli/exit-codes.js';

export const addSimulator: AddCommand = (program, run) => {
  const command = program
    .command('simulator')
    .description('run the VCDA simulator alone')
    .addHelpText('after', examples('drover simulator'))
    .action(() => run(command, async () => EXIT.ok));
};
