/** A run that is over is closed: what has failed of it is begun anew as a run of its own, which takes up what was copied. */
import type { Grounds, Scope } from '../contract/act.js';
import type { Steered } from '../contract/messages.js';
import type { RunReport, VmReport } from '../contract/report.js';
import { listed } from '../contract/words.js';
import type { Plan } from '../plan/types.js';
import { NothingToRetry, Refused, RunExists } from './errors.js';
import type { Session } from './session.js';
import { shellWord } from './shell-word.js';
import { startRun } from './start-run.js';
import { plural } from './words.js';

/** What a retry did. */
export interface Retried extends Steered {
  /** that goes on with the VMs: the same one, or a new one where it was over */
  run: string;
}

/** Asked before a failover is begun; throws when it must not be. */
export type Agree = (plan: Plan, run: string) => Promise<void>;

/** @throws NothingToRetry, what `agree` throws, and as a start does */
export async function retryEnded(
  session: Session,
  plan: Plan,
  report: RunReport,
  scope: Scope,
  { agree, ...grounds }: Grounds & { agree?: Agree | undefined } = {},
): Promise<Retried> {
  const again = planOfFailed(plan, report, scope);
  const vms = again.waves.flatMap((wave) => wave.vms);
  if (vms.length === 0) throw new NothingToRetry(report.run);
  const id = `${report.run}-retry`;
  async function begin() {
    if (again.kind === 'failover') await agree?.(again, id);
    const { author: by } = session;
    return startRun(session, again, id, by && { begunBy: { ...grounds, by, of: report.run } });
  }
  const { run, existed } = await begin().catch((error: unknown) => {
    if (!(error instanceof RunExists) || error.run !== id) throw error;
    const told = `what failed of it was tried again as run ${id}; what failed there: drover retry ${shellWord(id)}`;
    throw new Refused(report.run, told);
  });
  const names = listed(vms.map(({ name, id }) => name || id));
  const what = `${plural(vms.length, 'VM')} (${names})`;
  const message = existed
    ? `Run ${report.run} is over, and run ${run} has its ${what} already`
    : `Run ${report.run} is over: run ${run} was begun with its ${what}, and takes up what was copied`;
  return { affected: existed ? 0 : vms.length, message, run };
}

/** The same plan, of those of its VMs alone that have failed and were not moved. Pure. */
export function planOfFailed(plan: Plan, { vms }: Pick<RunReport, 'vms'>, { vm, wave }: Scope): Plan {
  const isMeant = (one: VmReport): boolean =>
    (vm === undefined || one.id === vm) && (wave === undefined || one.wave === wave) && isToRetry(one, one.id === vm);
  const again = new Set(vms.filter(isMeant).map(({ id }) => id));
  const waves = plan.waves.map((one) => ({
    ...one,
    // What they came after and is not tried again has succeeded, or is not waited for.
    vms: one.vms
      .filter(({ id }) => again.has(id))
      .map((planned) => ({ ...planned, after: planned.after.filter((id) => again.has(id)) })),
  }));
  return { ...plan, waves: waves.filter((one) => one.vms.length > 0) };
}

const MOVES = new Set<string>(['migrate', 'failover', 'reverse']);

/** The look of a new run decides about what may have been moved; what surely was is left out. */
function isToRetry({ state, error, operations }: VmReport, isNamed: boolean): boolean {
  const isMoved = operations.some(({ kind, result }) => MOVES.has(kind) && result !== 'failed');
  if (isMoved || (error?.operation === null && error.code === 'AlreadyMigrated')) return false;
  if (state === 'failed') return true;
  if (state === 'skipped') return isNamed || (error?.operation === null && error.code === 'DependencyNotMet');
  return state === 'cancelled' && isNamed;
}
