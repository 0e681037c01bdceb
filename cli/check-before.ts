/** The check of a plan before a run of it, for the commands that start one. */
import type { CheckOptions, PlanCheck } from '../client/check-plan.js';
import type { Drover } from '../client/drover.js';
import { DroverError, NoWorker, SiteAway } from '../client/errors.js';
import type { Config, Plan } from '../plan/types.js';
import { TemporalUnreachable } from '../temporal/unreachable.js';
import { type Cli, withDrover } from './context.js';
import { PlanUnfit } from './errors.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { findingLine, planCheckText } from './text/plan-check-text.js';
import { type DryRun, dryRunText } from './text/plan-text.js';

export function checkOptions({ out }: Cli, run: string): CheckOptions {
  return { run, onProgress: (checked, all) => out.note(`checked ${checked} of ${all} VMs`) };
}

/**
 * Asks the sites before anything is started, unless `--no-check` was said; a run that exists is not checked again. Warnings
 * are said on stderr. @returns null: they were not asked
 * @throws PlanUnfit, NoWorker, SiteAway: then nothing was started
 */
export async function checkBefore(
  cli: Cli,
  drover: Drover,
  plan: Plan,
  { run, check = true }: { run: string; check?: boolean | undefined },
): Promise<PlanCheck | null> {
  if (!check || (await drover.startedBefore(plan, run))) return null;
  return refuseUnfit(cli, await drover.checkPlan(plan, checkOptions(cli, run)));
}

/** Says its warnings. @throws PlanUnfit */
export function refuseUnfit(cli: Cli, found: PlanCheck, what: 'start' | 'add' = 'start'): PlanCheck {
  for (const one of found.warnings.slice(0, SAID)) cli.out.note(findingLine(one));
  if (found.warnings.length > SAID)
    cli.out.note(`and ${found.warnings.length - SAID} more warnings: drover plan check tells them all`);
  if (!found.ok) throw new PlanUnfit(found, what);
  return found;
}

/** Warnings before a run; more are counted. */
const SAID = 10;

/** What a dry run prints: what would be done, and what the sites say to it where they can be asked. */
export async function dryRun(
  cli: Cli,
  drover: (act: (drover: Drover) => Promise<PlanCheck>) => Promise<PlanCheck>,
  document: DryRun,
  check: boolean,
): Promise<ExitCode> {
  const found = check ? await askedIfPossible(cli, drover, document) : null;
  cli.out.result({ ...document, check: found }, (shown) =>
    [
      dryRunText(shown.plan, shown.run, cli.out.colors),
      ...(shown.check === null ? [] : [planCheckText(shown.check, cli.out.colors)]),
    ].join('\n\n'),
  );
  return found?.ok === false ? EXIT.badInput : EXIT.ok;
}

export const droverOf =
  (cli: Cli, config: Config) =>
  <T>(act: (drover: Drover) => Promise<T>): Promise<T> =>
    withDrover(cli, config, act);

/** A dry run is of use without a worker; that it has not asked the sites is said. */
async function askedIfPossible(
  cli: Cli,
  drover: (act: (drover: Drover) => Promise<PlanCheck>) => Promise<PlanCheck>,
  { plan, run }: DryRun,
): Promise<PlanCheck | null> {
  try {
    return await drover((one) => one.checkPlan(plan, checkOptions(cli, run)));
  } catch (error) {
    if (!(error instanceof TemporalUnreachable || error instanceof NoWorker || error instanceof SiteAway)) throw error;
    const next = error instanceof DroverError && error.next !== null ? ` Next: ${error.next}` : '';
    cli.out.alert(`The sites were not asked: ${error.message}${next}`);
    return null;
  }
}
