/** failover, reverse and failback: the plan of what was done, run as what is done next. */
import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { asKind, nameAsKind, type RecoveryKind } from '../../client/as-kind.js';
import type { PlanCheck } from '../../client/check-plan.js';
import type { Drover } from '../../client/drover.js';
import { chooseRunId } from '../../client/run-id.js';
import { refuseWindowOver } from '../../client/window-over.js';
import type { Config, Plan } from '../../plan/types.js';
import { checkBefore, droverOf, dryRun } from '../check-before.js';
import { type AddCommand, examples } from '../command.js';
import { type Cli, clientConfig, withDrover } from '../context.js';
import { loadWithPlan } from '../load-input.js';
import { afterStart, refuseInput, type StartOptions, startOptions, withCheck } from '../start-command.js';
import { dryRunDocument } from '../text/plan-text.js';

interface ReturnOptions extends StartOptions {
  confirm?: Plan['confirm'];
}

export const addReverse = addReturn(
  'reverse',
  'protect recovered VMs the other way; this removes the original VMs at their source',
  ['drover reverse crm.yaml --confirm removes-source', 'drover reverse crm-failover-20261205 --confirm removes-source'],
);

export const addFailback = addReturn(
  'failback',
  'bring recovered VMs back: reverse, planned migration home, reverse; this removes the original VMs at their source',
  ['drover failback crm.yaml --confirm removes-source --wait'],
);

function addReturn(kind: Exclude<RecoveryKind, 'failover'>, description: string, lines: string[]): AddCommand {
  return (program, run) => {
    const command = recoveryCommand(program, kind)
      .addOption(
        new Option('--confirm <what>', 'say that the original VMs may go, unless the plan says so').choices([
          'removes-source',
        ]),
      )
      .description(description)
      .addHelpText('after', examples(...lines))
      .action((name: string, options: ReturnOptions) => {
        refuseInput(command, options);
        const next = (plan: Plan) => ({
          name: nameAsKind(plan, kind),
          next: asKind(plan, kind, options.confirm ?? null),
        });
        return run(command, (cli) => recover(cli, name, options, { next }));
      });
  };
}

export const recoveryCommand = (program: Command, kind: RecoveryKind): Command =>
  withCheck(
    startOptions(
      program
        .command(kind)
        .argument('<plan-or-run>', 'plan file, or the id of a run whose VMs are meant, finished or not'),
      "the plan's name, the kind",
    ),
  );

interface Recovering {
  /** the plan of the run, and what its id begins with @throws NotConfirmed */
  next(plan: Plan): { name: string; next: Plan };
  /** what a person must agree to first; absent: nothing */
  agree?(drover: Drover, plan: Plan, run: string, found: PlanCheck | null): Promise<void>;
}

export async function recover(
  cli: Cli,
  name: string,
  options: StartOptions,
  { next, agree }: Recovering,
): Promise<number> {
  /** @throws NotConfirmed, BadRunId */
  function prepare(plan: Plan): { id: string; plan: Plan } {
    const prepared = next(plan);
    return { id: chooseRunId(prepared.name, options.id, new Date()), plan: prepared.next };
  }
  async function run(drover: Drover, written: Plan): Promise<number> {
    const { id, plan } = prepare(written);
    const resolved = await drover.resolved(plan);
    const found = await checkBefore(cli, drover, resolved, { run: id, check: options.check });
    await agree?.(drover, resolved, id, found);
    return afterStart(cli, await drover.startRun(resolved, { id }), options, 'plan');
  }
  async function rehearse(config: Config, written: Plan): Promise<number> {
    const { id, plan } = prepare(written);
    refuseWindowOver(plan);
    return dryRun(cli, droverOf(cli, config), dryRunDocument(plan, id), options.check ?? true);
  }
  if (isFile(name)) {
    const { config, loaded } = loadWithPlan(cli, name);
    // Said before anybody is asked.
    prepare(loaded);
    return options.dryRun ? rehearse(config, loaded) : withDrover(cli, config, (drover) => run(drover, loaded));
  }
  const config = clientConfig(cli);
  return withDrover(cli, config, async (drover) => {
    const plan = await drover.run(name).plan();
    return options.dryRun ? rehearse(config, plan) : run(drover, plan);
  });
}

/** What looks like a path is one, so that a mistyped path is not looked for among the runs. */
function isFile(name: string): boolean {
  return /[/\\]|\.(ya?ml|json)$/i.test(name) || existsSync(name);
}
