/**
 * What a site has accepted has begun, also when its task failed afterwards: a cutover may have switched the source off by
 * then, and a reverse has removed it. A stop that comes later undoes nothing of it, and says what stays.
 */
import { NOT_POWERED_ON } from '../../../contract/names.js';
import { isCutover } from '../../../contract/operation.js';
import type { OperationRecord, VmError, VmReport } from '../../../contract/report.js';
import { unitInWords } from '../../../contract/vapp.js';
import { nameWithId } from '../../../contract/vm-identity.js';

type Told = Pick<VmReport, 'operations' | 'downSince' | 'source'>;

/** The last operation of a VM that changes where it runs, once a site has accepted one; a test copy is none. */
export const begunMove = ({ operations }: Pick<VmReport, 'operations'>): OperationRecord | undefined =>
  operations.findLast(({ kind }) => isCutover(kind) || kind === 'reverse');

/** It has failed, and was moved: no later run is to begin it anew. The code alone might be a site's. */
export const isMovedAndOff = ({ error, operations }: VmReport): boolean =>
  error?.code === NOT_POWERED_ON &&
  operations.some(({ taskId, result }) => taskId !== null && taskId === error.taskId && result === 'succeeded');

/** One sentence of what is known of the source, for messages and advice. */
export function sourceWords({ operations, downSince, source }: Told): string {
  const migrates = operations.filter(({ kind }) => kind === 'migrate');
  const last = migrates.at(-1);
  if (last === undefined && downSince == null) {
    const isSeen = source !== undefined && operations.some(({ kind }) => kind === 'failover');
    return `Its source was not touched.${isSeen ? ` ${lookedAt(source)}` : ''}`;
  }
  if (last === undefined)
    return `Its source was not touched, and may be off since ${downSince} by a cutover that an earlier run began.`;
  const done = migrates.find(({ result }) => result === 'succeeded');
  const seen = source !== undefined && !isMovedBy(done, source);
  if (done !== undefined && !seen)
    return `Its source is off since ${done.finishedAt} at the latest: task ${done.taskId} moved it.`;
  if (source !== undefined) return lookedAt(source);
  if (downSince == null) return `Its source was off before, and no migrate of it has succeeded.`;
  return `Its source may be off since ${downSince}: a migrate switches it off, and task ${last.taskId} did not succeed.`;
}

/** A task that ended well may have moved nothing: then its site was asked, and says how the source is. */
const isMovedBy = (done: OperationRecord | undefined, { known }: NonNullable<VmReport['source']>): boolean =>
  done !== undefined && known === movedBy(done);

/** How it is known that a source is off, of which nobody was asked. */
export const movedBy = ({ taskId }: Pick<OperationRecord, 'taskId'>): string =>
  taskId === null ? 'its migrate has succeeded' : `task ${taskId} moved it`;

/**
 * A cutover that failed, with what is known of its source: said once, by what happened; what to do comes after it. Where
 * nobody may serve the VM, that goes first: two copies that run are worse than none.
 */
export function withSource(failed: VmError, report: Told): VmError {
  const { message, advice, site } = failed;
  const first =
    report.downSince == null
      ? null
      : `It may be off since ${report.downSince}: look first whether a copy of it runs at ${site ?? 'the destination'}; ` +
        'power the source on only where none does.';
  const next = first ?? 'Look at source and copy before anything is started again.';
  return {
    ...failed,
    message: `${message} ${sourceWords(report)}`,
    advice: first === null || advice === null ? (advice ?? next) : `${first} ${advice}`,
  };
}

/** What to do where a copy runs though its cutover has failed: two of a VM that run are worse than none. */
export function copyRuns(
  { vmId, site, home }: { vmId: string; site: string; home: string },
  source: NonNullable<VmReport['source']>['power'],
): string {
  const copy = `Its copy, ${unitInWords(vmId)}, runs at ${site}`;
  switch (source) {
    case 'off':
      return `${copy}: use that, and leave its source off.`;
    case 'on':
      return `${copy}, and its source at ${home} is on as well: power one of them off, whichever is not to stay.`;
    case 'unknown':
      return `${copy}: use that, and see that its source at ${home} is off, which is not known.`;
  }
}

/** Of a source whose cutover has failed, as its site tells. */
function lookedAt({ power, since, known, before }: NonNullable<VmReport['source']>): string {
  if (power === 'off')
    return before === 'off' ? 'Its source is off, as it was before.' : `Its source is OFF, seen since ${since}.`;
  if (power === 'on') return `Its source is on: ${known}.`;
  return `Whether its source is on is not known: ${known}.`;
}

/** For a VM that was told to stop after such an operation. @param siteNow where its next would be sent */
export function stoppedAfter(begun: OperationRecord, report: VmReport, siteNow: string): VmError {
  const { kind, taskId, result, site = siteNow } = begun;
  const { name, id, replicationId } = report;
  const isReverse = kind === 'reverse';
  const end = { succeeded: 'had succeeded', failed: 'had failed' }[result ?? 'failed'];
  const stays = isReverse
    ? `Replication ${replicationId} stays as it is; its source VM from before may be removed already.`
    : `Replication ${replicationId} and its copy are kept. ${sourceWords(report)}`;
  return {
    code: isReverse ? 'ReverseBegun' : 'CutoverBegun',
    message: `${nameWithId({ id, name })} was told to stop after its ${kind} was accepted at ${site} and ${end}. ${stays}`,
    operation: kind,
    taskId,
    site,
    advice: `Look at replication ${replicationId} and at both VMs of ${name}; then run it again, or switch the right one on.`,
  };
}
