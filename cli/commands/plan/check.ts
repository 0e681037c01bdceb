import { chooseRunId } from '../../../client/run-id.js';
import { checkOptions } from '../../check-before.js';
import { type AddCommand, examples } from '../../command.js';
import { withDrover } from '../../context.js';
import { EXIT } from '../../exit-codes.js';
import { loadWithPlan } from '../../load-input.js';
import { planCheckText } from '../../text/plan-check-text.js';

export const addPlanCheck: AddCommand = (program, run) => {
  const command = program
    .command('check')
    .argument('<plan>', 'plan file, YAML or JSON, of any kind')
    .option('--id <id>', "id that its run would get (default: the plan's name and today's date)")
    .description('ask the sites, through a worker, what a run of a plan would meet; nothing is started')
    .addHelpText('after', examples('drover plan check paris-exit.yaml', 'drover plan check paris-exit.yaml --json'))
    .action((file: string, { id }: { id?: string }) =>
      run(command, async (cli) => {
        const { config, loaded: plan } = loadWithPlan(cli, file);
        const runId = chooseRunId(plan.name, id, new Date());
        const check = await withDrover(cli, config, (drover) => drover.checkPlan(plan, checkOptions(cli, runId)));
        cli.out.result(check, (shown) => planCheckText(shown, cli.out.colors));
        return check.ok ? EXIT.ok : EXIT.badInput;
      }),
    );
};
