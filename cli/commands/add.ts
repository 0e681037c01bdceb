import type { Drover } from '../../client/drover.js';
import type { Plan } from '../../plan/types.js';
import { checkOptions, refuseUnfit } from '../check-before.js';
import { type AddCommand, examples } from '../command.js';
import { type Cli, withDrover } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { loadWithPlan } from '../load-input.js';
import { withCheck } from '../start-command.js';
import { applied, groundsOf, steeredText, typedAs, withGrounds } from '../steer-command.js';

export const addAdd: AddCommand = (program, run) => {
  const command = withCheck(withGrounds(program.command('add')))
    .argument('<run>', 'id of the run')
    .argument('<plan>', 'plan file, YAML or JSON, of the VMs to be added, in waves that the run has')
    .description('add the VMs of a further plan to a run that goes on')
    .addHelpText(
      'after',
      `\nWhat the plan says of all its VMs must be as in the run; window, limits, priority and stopAfter are those of the run.\n${examples(
        'drover add paris-exit-20261205 late.yaml --note "found this morning" --ref CHG0043',
      )}`,
    )
    .action(
      (id: string, file: string, { check = true, ...grounds }: { check?: boolean; note?: string; ref?: string }) =>
        run(command, async (cli) => {
          const { config, loaded } = loadWithPlan(cli, file);
          const done = await applied(() =>
            withDrover(
              cli,
              config,
              async (drover) => {
                const plan = await drover.resolved(loaded);
                if (check) await checkNew(cli, drover, plan, id);
                return drover.run(id).add(plan, groundsOf(grounds));
              },
              typedAs(command),
            ),
          );
          cli.out.result({ run: id, ...done, effect: 'done' }, steeredText);
          return EXIT.ok;
        }),
    );
};

/** What the run has already it refuses itself, or has from this very plan. @throws PlanUnfit */
async function checkNew(cli: Cli, drover: Drover, plan: Plan, id: string): Promise<void> {
  const { vms } = await drover.run(id).report();
  const known = new Set(vms.map((vm) => vm.id));
  if (plan.waves.some((wave) => wave.vms.some((vm) => known.has(vm.id)))) return;
  // It is the run's window that holds.
  const checked = { ...plan, cutover: { ...plan.cutover, window: null } };
  const found = await drover.checkPlan(checked, checkOptions(cli, id));
  // That there is such a run is as it should be.
  const errors = found.errors.filter(({ code }) => code !== 'RunExists');
  refuseUnfit(cli, { ...found, errors, ok: errors.length === 0 }, 'add');
}
