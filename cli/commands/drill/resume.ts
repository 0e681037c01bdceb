import { moment } from '../../../client/words.js';
import { type AddCommand, examples } from '../../command.js';
import { steerDrill } from '../../steer-drill.js';

export const addDrillResume: AddCommand = (program, run) => {
  const command = program
    .command('resume')
    .argument('<drill>', 'name of the drill')
    .option('--note <text>', 'why', 'resumed by a person')
    .description('let a paused drill begin again at its times; what it missed is not made up for')
    .addHelpText('after', examples('drover drill resume crm-quarterly --note "storage was extended"'))
    .action((name: string, { note }: { note: string }) =>
      steerDrill(command, run, name, async (drill) => {
        await drill.resume(note);
        const { nextTimes } = await drill.show();
        return {
          paused: false,
          note,
          nextTimes,
          message: `Drill ${name} goes on; next at ${moment(nextTimes[0] ?? null)}.`,
        };
      }),
    );
};
