/** A VM that a round trip does not bring home: when that is given up, and what a person finds then. */
import { CODES } from '../../contract/codes.js';
import { DONE_BY_OTHERS } from '../../contract/names.js';
import type { VmRef } from '../../contract/operation.js';
import type { Located } from '../../contract/questions.js';
import type { OperationRecord, VmError } from '../../contract/report.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { running, type Standing, standsWhere, twice } from '../vm/steps/standing.js';
import { StepFailed } from '../vm/steps/step-errors.js';
import type { VmControl } from '../vm/steps/vm-control.js';

/** The way home is tried for so long after its first failure, within the time that undoing has: ms. */
const LONGEST = 30 * 60_000;

/** ms after the first failure of the way home at which it is given up. @param until when undoing is: epoch ms */
export const triedFor = (firstFailure: number, until = Infinity): number =>
  Math.max(0, Math.min(LONGEST, until - firstFailure));

/** Each way has both, and home is two ways. */
const LEGS = ['failover', 'reverse'] as const;

/**
 * Why a VM that is home again proves nothing: somebody else has taken a leg of its round trip. null: the drill has taken all of
 * them, or its failover never came to be. A leg that was sent counts, however it ended: what came of it is judged by the site.
 */
export function broughtByOthers(
  vm: VmRef,
  operations: Pick<OperationRecord, 'kind' | 'result'>[],
  home: string,
): StepFailed | null {
  if (!operations.some(({ kind, result }) => kind === 'failover' && result === 'succeeded')) return null;
  const missing = LEGS.filter((leg) => operations.filter(({ kind }) => kind === leg).length < 2);
  if (missing.length === 0) return null;
  return new StepFailed({
    code: DONE_BY_OTHERS,
    message:
      `${nameWithId(vm)} is at ${home} again, and this drill has not brought it there: ${missing.join(' and ')} of its round trip ` +
      'was done by somebody else, or its failover was undone.',
    operation: missing[0] ?? 'failover',
    taskId: null,
    site: home,
    advice: 'Find out who did it, and run the drill again: this one proves nothing of the VM.',
  });
}

/** What nothing links to the VM is no proof that it came home. */
export const isAnothers = (vm: VmRef, { site, replication }: Located): StepFailed =>
  new StepFailed({
    code: DONE_BY_OTHERS,
    message:
      `the replication by which ${nameWithId(vm)} came home is of another VM by now, ${replication.vmName ?? 'without a name'} ` +
      `(${replication.vmId}) [replication ${replication.id}].`,
    operation: 'reverse',
    taskId: null,
    site,
    advice: 'Find out at both sites who changed it, and where each of the two VMs runs.',
  });

/** @param isGone there is no replication any more by which it could be brought home */
export function notHome(
  vm: VmRef,
  reason: VmError,
  { home, standing, isGone }: { home: string; standing: Standing[]; isGone: boolean },
): StepFailed {
  return new StepFailed({
    ...reason,
    code: CODES.notHome,
    message: `${nameWithId(vm)} could not be brought back: ${reason.message} ${standsWhere(standing)}`,
    advice: `${twice(standing)}${isGone ? withoutReplication(standing, home) : withReplication(reason, standing, home)}`,
  });
}

function withReplication({ advice }: VmError, standing: Standing[], home: string): string {
  const [only, ...others] = running(standing);
  if (only?.site === home && others.length === 0)
    return `${advice === null ? '' : `${advice} `}It runs at home: see that it is protected as before; drover reverse with a plan of this VM where it is not reversed yet.`;
  return `${advice === null ? 'Fix that, then' : `${advice} Then`} drover failback with a plan of this VM.`;
}

function withoutReplication(standing: Standing[], home: string): string {
  const on = running(standing);
  if (on.length > 1) return 'Then protect that one anew (kind: protect): its replication is gone.';
  const [only] = on;
  if (only === undefined)
    return 'See at both sites what is left of it, power that on, and protect it anew (kind: protect).';
  return only.site === home
    ? `It runs at home: protect VM ${only.vmId} anew (kind: protect).`
    : `It runs away from home: take VM ${only.vmId} from ${only.site} back to ${home} by a plan of kind migrate, or protect it there.`;
}

/** For a way home that was under way when its time was over, or that something kept from going on. */
export function outOfTime({ site, report: { step, retrying } }: VmControl): StepFailed {
  const why = retrying == null ? '' : `: ${retrying.message}`;
  return new StepFailed({
    code: 'OutOfTime',
    message: `the time of its way home was over in its ${step} at ${site}${why.replace(/\.?$/, '.')}`,
    operation: null,
    taskId: null,
    site,
    advice: retrying?.advice ?? null,
  });
}
