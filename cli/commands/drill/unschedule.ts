import { type AddCommand, examples } from '../../command.js';
import { steerDrill } from '../../steer-drill.js';

export const addDrillUnschedule: AddCommand = (program, run) => {
  const command = program
    .command('unschedule')
    .argument('<drill>', 'name of the drill')
    .description('remove the schedule of a drill; one that runs goes on, and the reports of the past stay')
    .addHelpText('after', examples('drover drill unschedule crm-quarterly'))
    .action((name: string) =>
      steerDrill(command, run, name, async (drill) => {
        const { lastRun, set } = await drill.unschedule();
        const goesOn = lastRun?.state === 'running' || lastRun?.state === 'paused' ? lastRun.run : null;
        return {
          runGoesOn: goesOn,
          message: [
            `Drill ${name} is scheduled no more.`,
            ...(goesOn === null ? [] : [`Its run ${goesOn} goes on: drover watch ${goesOn}`]),
            ...(set === null
              ? []
              : [`It was applied as ${set}: while its file is there, the next apply makes it again.`]),
          ],
        };
      }),
    );
};
