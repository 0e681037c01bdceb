/** failover, reverse and failback: the plan of what was done, run as what is done next. */
import { existsSync } from 'node:fs';
import { Option } from 'commander';
import { asKind, nameAsKind, type RecoveryKind } from '../../client/as-kind.js';
import type { Drover } from '../../client/drover.js';
import { chooseRunId } from '../../client/run-id.js';
import { refuseWindowOver } from '../../client/window-over.js';
import type { Plan } from '../../plan/types.js';
import { type AddCommand, examples } from '../command.js';
import { type Cli, clientConfig, withDrover } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { loadWithPlan } from '../load-input.js';
import { afterStart, type StartOptions, startOptions } from '../start-command.js';
import { dryRunDocument, dryRunText } from '../text/plan-text.js';

interface RecoverOptions extends StartOptions {
  confirm?: Plan['confirm'];
}

export const addFailover = addRecovery(
  'failover',
  'recover the VMs of a plan at its destination; their source need not be there any more',
  ['drover failover crm.yaml --wait', 'drover failover crm-20261205 --dry-run'],
);

export const addReverse = addRecovery(
  'reverse',
  'protect recovered VMs the other way; this removes the original VMs at their source',
  ['drover reverse crm.yaml --confirm removes-source', 'drover reverse crm-failover-20261205 --confirm removes-source'],
);

export const addFailback = addRecovery(
  'failback',
  'bring recovered VMs back: reverse, planned migration home, reverse; this removes the original VMs at their source',
  ['drover failback crm.yaml --confirm removes-source --wait'],
);

function addRecovery(kind: RecoveryKind, description: string, lines: string[]): AddCommand {
  return (program, run) => {
    const command = startOptions(
      program
        .command(kind)
        .argument('<plan-or-run>', 'plan file, or the id of a run whose VMs are meant, finished or not'),
      "the plan's name, the kind",
    );
    if (kind !== 'failover') {
      command.addOption(
        new Option('--confirm <what>', 'say that the original VMs may go, unless the plan says so').choices([
          'removes-source',
        ]),
      );
    }
    command
      .description(description)
      .addHelpText('after', examples(...lines))
      .action((name: string, options: RecoverOptions) => run(command, (cli) => recover(cli, kind, name, options)));
  };
}

async function recover(cli: Cli, kind: RecoveryKind, name: string, options: RecoverOptions): Promise<number> {
  async function run(drover: Drover, plan: Plan): Promise<number> {
    const { id, next } = prepare(kind, plan, options);
    return afterStart(cli, await drover.startRun(next, { id }), options.wait ?? false, 'plan');
  }
  function dryRun(plan: Plan): number {
    const { id, next } = prepare(kind, plan, options);
    refuseWindowOver(next);
    cli.out.result(dryRunText(next, id, cli.out.colors), dryRunDocument(next, id));
    return EXIT.ok;
  }
  if (isFile(name)) {
    const { config, loaded } = loadWithPlan(cli, name);
    // Said before anybody is asked.
    prepare(kind, loaded, options);
    return options.dryRun ? dryRun(loaded) : withDrover(cli, config, (drover) => run(drover, loaded));
  }
  return withDrover(cli, clientConfig(cli), async (drover) => {
    const plan = await drover.run(name).plan();
    return options.dryRun ? dryRun(plan) : run(drover, plan);
  });
}

/** @throws NotConfirmed, BadRunId */
function prepare(kind: RecoveryKind, plan: Plan, { id, confirm = null }: RecoverOptions): { id: string; next: Plan } {
  return {
    id: chooseRunId(nameAsKind(plan, kind), id, new Date()),
    next: asKind(plan, kind, confirm),
  };
}

/** What looks like a path is one, so that a mistyped path is not looked for among the runs. */
function isFile(name: string): boolean {
  return /[/\\]|\.(ya?ml|json)$/i.test(name) || existsSync(name);
}
