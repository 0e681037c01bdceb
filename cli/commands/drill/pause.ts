import { type AddCommand, examples } from '../../command.js';
import { steerDrill } from '../../steer-drill.js';

export const addDrillPause: AddCommand = (program, run) => {
  const command = program
    .command('pause')
    .argument('<drill>', 'name of the drill')
    .requiredOption('--note <text>', 'why; shown to whoever looks')
    .description('let a scheduled drill begin no more by itself; one that runs goes on')
    .addHelpText('after', examples('drover drill pause crm-quarterly --note "storage at lyon is full"'))
    .action((name: string, { note }: { note: string }) =>
      steerDrill(command, run, name, async (drill) => {
        await drill.pause(note);
        return { paused: true, note, message: `Drill ${name} is paused: ${note}` };
      }),
    );
};
