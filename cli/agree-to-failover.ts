/** A failover begins once a person has seen what it would do, and has said yes: at a terminal, or by `--confirm`. */
import { Option } from 'commander';
import type { PlanCheck } from '../client/check-plan.js';
import type { Drover } from '../client/drover.js';
import { plural } from '../client/words.js';
import type { Plan } from '../plan/types.js';
import type { Cli } from './context.js';
import { NotAgreed } from './errors.js';
import { failoverText } from './text/failover-text.js';
import { countVms } from './text/plan-text.js';

export interface Agreeing {
  run: string;
  /** what the sites have said; null: they were not asked */
  found: PlanCheck | null;
  options: { confirm?: boolean; input?: boolean };
  /** the command, without `--confirm` */
  typed: string;
  /** that which would begin a planned one instead */
  planned: string;
}

export const confirmOption = (): Option =>
  new Option('--confirm', 'of a failover: say that it may begin, where nobody can be asked');

/** A run that exists is not asked about again. @throws NotAgreed */
export async function agreeToFailover(cli: Cli, drover: Drover, plan: Plan, agreeing: Agreeing): Promise<void> {
  if (!(await drover.startedBefore(plan, agreeing.run))) await askToFailover(cli, plan, agreeing);
}

/** @throws NotAgreed */
export async function askToFailover(
  cli: Cli,
  plan: Plan,
  { run, found, options: { confirm = false, input = true }, typed, planned }: Agreeing,
): Promise<void> {
  const lines = failoverText(plan, run, found, planned).split('\n');
  if (confirm) {
    for (const line of lines) cli.out.note(line);
    return;
  }
  cli.out.alert(...lines);
  const next = `${typed} --confirm`;
  if (!input || !cli.out.canAsk) throw new NotAgreed(run, next, !input);
  const answer = await cli.out.ask(`Fail over ${plural(countVms(plan), 'VM')} to ${plan.destination.site}? Type yes: `);
  if (answer?.trim().toLowerCase() !== 'yes') throw new NotAgreed(run, next);
}
