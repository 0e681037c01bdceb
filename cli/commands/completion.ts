import { Argument } from 'commander';
import { type AddCommand, examples } from '../command.js';
import { completionScript, SHELLS, type Shell } from '../completion/scripts.js';
import { placesOf } from '../completion/words.js';
import { EXIT } from '../exit-codes.js';

export const addCompletion: AddCommand = (program, run) => {
  const command = program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell that is to read it').choices(SHELLS))
    .description('print a script by which a shell completes commands, options and files')
    .addHelpText(
      'after',
      examples('drover completion bash >> ~/.bashrc', 'drover completion zsh > ~/.drover-completion.zsh'),
    )
    .action((shell: Shell) =>
      run(command, async (cli) => {
        const lines = completionScript(shell, program.name(), placesOf(program));
        cli.out.result(lines, () => lines.join('\n'), { shell, script: lines.join('\n') });
        return EXIT.ok;
      }),
    );
};
