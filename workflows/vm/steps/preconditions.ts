/** Whether a replication is in the state that an operation needs: pure, so that a refusal comes before anything is sent. */
import { CODES } from '../../../contract/codes.js';
import { DONE_BY_OTHERS } from '../../../contract/names.js';
import { type Recovering, reasonFor } from '../../../contract/obstacles.js';
import type { OperationKind, VmRef } from '../../../contract/operation.js';
import type { Located, SourcePower } from '../../../contract/questions.js';
import type { VmError, VmReport } from '../../../contract/report.js';
import { unitInWords } from '../../../contract/vapp.js';
import { isCalled, misnamed, nameWithId } from '../../../contract/vm-identity.js';
import { inWords } from '../../../contract/words.js';
import { begunMove, sourceWords } from './begun.js';

export {
  noReplication,
  obstacleToRecovery,
  obstacleToReverse,
  type Recovering,
  reasonFor,
  recoveryUnderWay,
  replicationPaused,
} from '../../../contract/obstacles.js';

/**
 * Why what was found is not what the plan names; null: it is. Ids decide. What was reversed has another id, and may have
 * another name: its id is one that this VM was recovered as, or, where none is on record, its mark or earlier runs tell that
 * it is this VM's. That it goes the other way tells nothing, since the replication of any other VM does so once it was reversed.
 * @param source the site where the plan has the VM
 */
export function wrongVm(
  operation: OperationKind,
  vm: VmRef,
  source: string,
  { site, peer, replication, isMarkedAsIts }: Located,
  known: KnownBy,
): VmError | null {
  const { id, vmId, vmName, isReversed, sourceSite } = replication;
  if (vmId === null) return null;
  const isOtherWay = sourceSite === null ? isReversed : sourceSite !== source;
  const its = sourceSite ?? (isOtherWay ? (site === source ? peer : site) : source);
  if (vmId === vm.id) return vmName === null || isCalled(vm, vmName) ? null : misnamed(operation, vm, vmName, its);
  if (known.ids.includes(vmId)) return null;
  // What recoveries of this VM gave it is on record, and this is none of it.
  const isContradicted = known.ids.some((one) => one !== vm.id);
  const isLinked = isMarkedAsIts === true || known.replicationIds.includes(id);
  if (isOtherWay && isLinked && !isContradicted) return null;
  return misnamed(operation, vm, vmName ?? 'without a name', its, { vmId, replicationId: id });
}

/** What Drover's own record knows a VM by. */
export interface KnownBy {
  /** the plan's, and those that recoveries gave it */
  ids: readonly string[];
  /** of replications that earlier runs worked for it */
  replicationIds: readonly string[];
}

/** Code of a reverse that was not sent, since the original may be all that runs. */
export const RECOVERED_NOT_RUNNING = 'RecoveredNotRunning';

/**
 * Why a reverse must not remove the original: it may be the only one that runs, or that there is. null: nothing speaks against
 * it. An original whose power is not known is no obstacle: its site may be the one that was lost.
 */
export function obstacleToRemoval(
  vm: VmRef,
  at: Located,
  recovered: SourcePower,
  original: SourcePower,
): VmError | null {
  if (recovered.power === 'on' || original.power === 'unknown') return null;
  if (original.power === 'off' && recovered.isMissing !== true) return null;
  const { sourceSite, destinationSite, recoveredVmId } = at.replication;
  const home = sourceSite ?? at.peer;
  const which = recoveredVmId === null ? 'the recovered VM' : unitInWords(recoveredVmId);
  const because = reasonFor('reverse', vm, at.site, at.replication.id);
  return because(
    RECOVERED_NOT_RUNNING,
    `it removes the original at ${home}, which is ${original.power} (${original.known}), and what was recovered is not known ` +
      `to run: ${recovered.known}`,
    `See which of the two is to stay: power ${which} on at ${destinationSite ?? at.site}, or delete the replication to keep the original.`,
  );
}

/** Where a replication goes; a site that does not tell is taken at its word that it is there. */
const goesTo = ({ site, replication }: Located): string => replication.destinationSite ?? site;

/** Why a failover would not bring a VM up where a person expects it: it was looked at, and was reversed since. */
export function obstacleOnceReversed(
  kind: 'migrate' | 'failover',
  vm: VmRef,
  at: Located,
  wentTo: string,
): VmError | null {
  const to = goesTo(at);
  if (to === wentTo) return null;
  const because = reasonFor(kind, vm, at.site, at.replication.id);
  return because(
    DONE_BY_OTHERS,
    `somebody has failed it over and reversed it since it was looked at: it is replicated to ${to} by now, not to ${wentTo}`,
    `Look where it runs; run the plan again to fail it over to ${to}.`,
  );
}

/** Why nothing is sent for a copy that was turned round: its site lists it no more, and the other does, or it goes there. */
export function obstacleElsewhere(
  kind: Recovering | 'reverse',
  vm: VmRef,
  before: string,
  { site, replication: { id, vmId, recoveryState, isReversed } }: Located,
): VmError {
  const how = recoveryState === 'COMPLETE' ? 'recovered there' : `replicated from ${before} to ${site}`;
  const which = vmId === null ? 'it' : `as ${unitInWords(vmId)} it`;
  return {
    code: DONE_BY_OTHERS,
    message:
      `${kind} of ${nameWithId(vm)} at ${before} was not sent: somebody has moved its replication to ${site} since it ` +
      `was looked at; ${which} is ${how} by now${isReversed ? ', reversed' : ''} [replication ${id}].`,
    operation: kind,
    taskId: null,
    site,
    advice: `Look where it runs: nothing is left to do if it is to stay so; else drover failback, or a new run, goes on from there.`,
  };
}

const MOVE_IT = 'Move its window (drover set RUN window.closes=…)';

/** For a cutover that did not begin before its window closed, or failed and could not be done again. */
export function windowMissed(
  kind: 'migrate' | 'failover',
  report: Pick<VmReport, 'id' | 'name' | 'operations' | 'downSince' | 'source'>,
  site: string,
  { closes, missed }: { closes: string; missed: 'hold' | 'fail' },
): VmError {
  const { id, name } = report;
  const isBegun = begunMove(report)?.kind === kind;
  const could = isBegun ? `be done again. ${sourceWords(report)}` : 'begin.';
  return {
    code: CODES.windowMissed,
    message: `the cutover window of ${nameWithId({ id, name })} closed at ${closes} before its ${kind} could ${could}`,
    operation: kind,
    taskId: null,
    site,
    advice:
      missed === 'fail'
        ? `Run the VM again with a later window.${isBegun ? '' : ` ${sourceWords(report)}`}`
        : `${MOVE_IT}: its copy is kept. Or cancel it, and run it again with a later window.`,
  };
}

/** For a cutover that could not be expected to end before its window closes. @param longest ms: of its run, or at its site */
export function windowTooShort(
  kind: 'migrate' | 'failover',
  report: VmRef,
  site: string,
  { closes, missed }: { closes: string; missed: 'hold' | 'fail' },
  longest: number,
): VmError {
  const took = inWords(longest, 'one unit');
  return {
    code: CODES.windowMissed,
    message:
      `${kind} of ${nameWithId(report)} at ${site} was not sent: its window closes at ${closes}, and cutovers ` +
      `take up to ${took} (window.mustEnd: the longest of this run, or 95 of 100 that were measured there).`,
    operation: kind,
    taskId: null,
    site,
    advice: `${missed === 'fail' ? 'Run' : `${MOVE_IT}, or cancel it, and run`} the VM again with a later window, or without mustEnd.`,
  };
}

/** For a cutover whose task failed, and whose window closed before it could be sent again. */
export function windowClosedOnRepeat(
  failed: VmError,
  { closes, begun }: { closes: string; begun: 'finish' | 'hold' },
): VmError {
  const rule =
    begun === 'hold'
      ? 'the plan has window.begun: hold'
      : 'outside of it a cutover is finished only while its source is known to be off';
  return {
    ...failed,
    message: `${failed.message} It was not sent again: its window closed at ${closes}, and ${rule}.`,
    advice: `${failed.advice ?? ''} Then run it again with a later window.`.trim(),
  };
}

/** The replication that the plan names is gone. @param other is of the VM as well */
export const anotherThanNamed = (
  operation: OperationKind,
  vm: { id: string; name: string },
  named: string,
  other: { site: string; replicationId: string },
): VmError => ({
  code: 'NoReplication',
  message:
    `${operation} of ${nameWithId(vm)} was not sent: its replication ${named}, which the plan names, is not there; ` +
    `${other.site} lists ${other.replicationId} of this VM.`,
  operation,
  taskId: null,
  site: other.site,
  advice: `Find out whose ${other.replicationId} is; if it is meant, name it as replicationId in the plan.`,
});
