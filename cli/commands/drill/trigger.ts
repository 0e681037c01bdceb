import { type AddCommand, examples } from '../../command.js';
import { steerDrill } from '../../steer-drill.js';

export const addDrillTrigger: AddCommand = (program, run) => {
  const command = program
    .command('trigger')
    .argument('<drill>', 'name of the drill')
    .description('start a scheduled drill now, unless it is running')
    .addHelpText('after', examples('drover drill trigger crm-quarterly'))
    .action((name: string) =>
      steerDrill(command, run, name, async (drill) => {
        const { run: started } = await drill.trigger();
        const message =
          started === null
            ? `Drill ${name} was asked for; Temporal has not started it yet. See it with: drover drill list`
            : `Drill ${name} was started as run ${started}. Follow it: drover watch ${started}`;
        return { run: started, message, effect: started === null ? 'pending' : 'done' };
      }),
    );
};
