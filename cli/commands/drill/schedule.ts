import type { ScheduledDrill } from '../../../client/drills/schedule-facts.js';
import { momentIn } from '../../../client/words.js';
import { clockChangeWarnings } from '../../../plan/drill/schedule-times.js';
import { BadInput } from '../../../plan/source/problem.js';
import type { Drill } from '../../../plan/types.js';
import { type AddCommand, examples } from '../../command.js';
import { type Cli, withDrover } from '../../context.js';
import { EXIT } from '../../exit-codes.js';
import { loadWithDrill } from '../../load-input.js';
import { changeText } from '../../text/drill-list-text.js';

export const addDrillSchedule: AddCommand = (program, run) => {
  const command = program
    .command('schedule')
    .argument('<drill>', 'drill file, YAML or JSON, with a section `schedule`')
    .description('let a drill begin by itself at the times in its file; starts nothing now')
    .addHelpText('after', examples('drover drill schedule crm-drill.yaml'))
    .action((file: string) =>
      run(command, (cli) => {
        const { config, loaded: drill } = loadWithDrill(cli, file);
        const loaded = withSchedule(file, drill);
        return withDrover(cli, config, async (drover) => {
          const change = await drover.scheduleDrill(loaded);
          const { nextTimes, paused, note } = await drover.drill(loaded.name).show();
          const warnings = warn(cli, loaded);
          const { timezone } = loaded.schedule;
          const times = nextTimes.map((at) => `  ${momentIn(at, timezone)}`).join('\n') || '  never';
          cli.out.result({ ...change, paused, note, nextTimes, warnings }, (shown) =>
            [
              changeText(shown, cli.out.colors),
              ...(paused ? [cli.out.colors.yellow(`It is paused: ${shown.note ?? 'no reason given'}`)] : []),
              `Next times, in ${timezone}:\n${times}`,
            ].join('\n'),
          );
          return EXIT.ok;
        });
      }),
    );
};

/** @throws BadInput when the drill says nothing of times */
function withSchedule(file: string, drill: Drill): ScheduledDrill {
  const { schedule } = drill;
  if (schedule === null) {
    throw new BadInput([
      {
        file,
        line: null,
        column: null,
        message: 'the drill has no schedule',
        expected: 'a section such as schedule: { cron: "0 4 1 * *", timezone: Europe/Paris }',
        hint: 'to run it once: drover drill run',
      },
    ]);
  }
  return { ...drill, schedule };
}

/** Says at which times the schedule does not do what a person may think; returns it for the document. */
function warn(cli: Cli, { schedule }: ScheduledDrill): string[] {
  const warnings = clockChangeWarnings(schedule);
  for (const warning of warnings) {
    cli.out.alert(`warning: ${warning}`);
  }
  return warnings;
}
