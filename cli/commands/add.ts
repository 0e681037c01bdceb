import type { PlanCheck } from '../../client/check-plan.js';
import type { Drover } from '../../client/drover.js';
import { shellWord } from '../../client/shell-word.js';
import type { Plan } from '../../plan/types.js';
import { askToFailover, confirmOption } from '../agree-to-failover.js';
import { checkOptions, refuseUnfit } from '../check-before.js';
import { type AddCommand, examples } from '../command.js';
import { type Cli, withDrover } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { loadWithPlan } from '../load-input.js';
import { withCheck } from '../start-command.js';
import { applied, groundsOf, steeredText, typedAs, withGrounds } from '../steer-command.js';

interface AddOptions {
  check?: boolean;
  note?: string;
  ref?: string;
  confirm?: boolean;
}

export const addAdd: AddCommand = (program, run) => {
  const command = withCheck(withGrounds(program.command('add')))
    .argument('<run>', 'id of the run')
    .argument('<plan>', 'plan file, YAML or JSON, of the VMs to be added, in waves that the run has')
    .addOption(confirmOption())
    .description('add the VMs of a further plan to a run that goes on')
    .addHelpText(
      'after',
      `\nWhat the plan says of all its VMs must be as in the run; window, limits, priority and stopAfter are those of the run.\n${examples(
        'drover add paris-exit-20261205 late.yaml --note "found this morning" --ref CHG0043',
      )}`,
    )
    .action((id: string, file: string, options: AddOptions) =>
      run(command, async (cli) => {
        const { config, loaded } = loadWithPlan(cli, file);
        const done = await applied(() =>
          withDrover(
            cli,
            config,
            async (drover) => {
              const plan = await drover.resolved(loaded);
              if (await isNew(drover, plan, id)) await lookAt(cli, drover, plan, { id, file, options });
              return drover.run(id).add(plan, groundsOf(options));
            },
            typedAs(command),
          ),
        );
        cli.out.result({ run: id, ...done, effect: 'done' }, steeredText);
        return EXIT.ok;
      }),
    );
};

/** What the run has already it refuses itself, or has from this very plan; and all of it once it is over. */
async function isNew(drover: Drover, plan: Plan, id: string): Promise<boolean> {
  const { vms, finishedAt } = await drover.run(id).report();
  const known = new Set(vms.map((vm) => vm.id));
  return finishedAt === null && !plan.waves.some((wave) => wave.vms.some((vm) => known.has(vm.id)));
}

/** @throws PlanUnfit, NotAgreed */
async function lookAt(
  cli: Cli,
  drover: Drover,
  plan: Plan,
  { id, file, options }: { id: string; file: string; options: AddOptions },
): Promise<void> {
  const found = (options.check ?? true) ? await checked(cli, drover, plan, id) : null;
  if (plan.kind !== 'failover') return;
  const typed = ['drover', 'add', id, file, ...(found === null ? ['--no-check'] : [])].map(shellWord).join(' ');
  await askToFailover(cli, plan, {
    run: id,
    found,
    options,
    typed,
    planned: `drover failover ${shellWord(file)} --planned`,
  });
}

async function checked(cli: Cli, drover: Drover, plan: Plan, id: string): Promise<PlanCheck> {
  // It is the run's window that holds.
  const own = { ...plan, cutover: { ...plan.cutover, window: null } };
  const found = await drover.checkPlan(own, checkOptions(cli, id));
  // That there is such a run is as it should be.
  const errors = found.errors.filter(({ code }) => code !== 'RunExists');
  return refuseUnfit(cli, { ...found, errors, ok: errors.length === 0 }, 'add');
}
