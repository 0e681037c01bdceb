/** `drover plan`: what is done with a plan before a run of it. */
import { type AddCommand, examples } from '../../command.js';
import { addHelp } from '../../help-command.js';
import { addPlanCheck } from './check.js';
import { addPlanConvert } from './convert.js';
import { addPlanNew } from './new.js';

const SUBCOMMANDS = [addPlanNew, addPlanCheck, addPlanConvert];

export const addPlan: AddCommand = (program, run) => {
  const command = program
    .command('plan')
    .description('prepare a plan, and judge it before its run')
    .addHelpText(
      'after',
      examples('drover plan new --source paris --destination lyon', 'drover plan check paris-exit.yaml'),
    );
  for (const add of SUBCOMMANDS) {
    add(command, run);
  }
  addHelp(command);
};
