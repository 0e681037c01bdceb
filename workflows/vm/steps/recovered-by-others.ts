/** For a VM that this run was about to recover, or to protect, and that somebody has recovered since it was looked at. */
import { CODES } from '../../../contract/codes.js';
import { DONE_BY_OTHERS } from '../../../contract/names.js';
import { isCutover, type OperationKind, type VmRef } from '../../../contract/operation.js';
import type { Located, RecoveredBy } from '../../../contract/questions.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import type { OperationRecord, VmError } from '../../../contract/report.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { whoRecovered } from '../../activities.js';
import { locateFor } from './locate.js';
import type { Recovering } from './preconditions.js';
import { type Standing, standsWhere, twice, whatStands } from './standing.js';
import { StepFailed } from './step-errors.js';
import { inTimeLeft } from './until-stopped.js';
import type { VmControl } from './vm-control.js';

/** It says what of the VM stands where, and what runs. */
export class RecoveredByOthers extends StepFailed {}

/** What is seen of the two VMs of a replication. */
type Seen = Pick<ReplicationSummary, 'vmId' | 'recoveredVmId'> | null;

/**
 * @param failed as the replication says; it stays what it is where this run may have recovered the VM itself
 * @param seen the replication that says so
 */
export async function toldByWhom(vm: VmControl, kind: OperationKind, failed: StepFailed, seen: Seen) {
  if (failed.reason.code !== CODES.alreadyRecovered) return failed;
  const own = sentSinceReverse(vm.report.operations);
  const by = await recoveredBy(vm);
  // What it sent has not ended well as far as it was told, and another's has.
  if (own.length > 0 && (by === null || own.some(({ taskId }) => taskId === null || taskId === by.taskId)))
    return failed;
  return tellRecovered(vm, kind, seen, by);
}

/** As {@link locateFor}, of a VM that was seen before, and was not recovered then. @throws StepFailed */
export async function locateAgain(
  vm: VmControl,
  kind: Recovering,
  obstacle: (at: Located) => VmError | null,
): Promise<Located> {
  let seen: Seen = null;
  try {
    return await locateFor(vm, kind, (at) => {
      seen = at.replication;
      return obstacle(at);
    });
  } catch (error) {
    throw error instanceof StepFailed ? await toldByWhom(vm, kind, error, seen) : error;
  }
}

/** What it sent before its last reverse is over. */
function sentSinceReverse(operations: OperationRecord[]): OperationRecord[] {
  const reversed = operations.findLastIndex(({ kind, result }) => kind === 'reverse' && result === 'succeeded');
  return operations.slice(reversed + 1).filter(({ kind }) => isCutover(kind));
}

export const recoveredByOthers = async (vm: VmControl, kind: OperationKind, seen: Seen): Promise<StepFailed> =>
  tellRecovered(vm, kind, seen, await recoveredBy(vm));

async function recoveredBy(vm: VmControl): Promise<RecoveredBy | null> {
  const { site, peer, ref, resumedAt, report, input } = vm;
  const replicationId = report.replicationId ?? '';
  return inTimeLeft(vm, () => whoRecovered({ run: input.run, site, peer, vm: ref, replicationId, resumedAt }));
}

/** A failover leaves its source on, so that both may run: said by what stands where. */
async function tellRecovered(
  vm: VmControl,
  kind: OperationKind,
  seen: Seen,
  by: RecoveredBy | null,
): Promise<StepFailed> {
  const { site, ref } = vm;
  const replicationId = vm.report.replicationId ?? '';
  const standing = await whatStands(vm, [seen?.vmId ?? null, seen?.recoveredVmId ?? null]);
  return new RecoveredByOthers(doneByOthers(kind, ref, { site, replicationId }, by, standing));
}

/** @param by null: the site does not tell */
function doneByOthers(
  kind: OperationKind,
  vm: VmRef,
  { site, replicationId }: { site: string; replicationId: string },
  by: RecoveredBy | null,
  standing: Standing[],
): VmError {
  const how = by === null ? '' : ` by a ${by.kind} (task ${by.taskId})`;
  const failed =
    kind === 'start' || kind === 'sync' || kind === 'reverse' ? 'was not brought to its end' : 'was not sent';
  const does = by?.isUnderWay === true ? 'is recovering' : 'has recovered';
  return {
    code: DONE_BY_OTHERS,
    message:
      `${kind} of ${nameWithId(vm)} at ${site} ${failed}: ${by?.who ?? 'somebody else'} ${does} it there ` +
      `meanwhile${how} [replication ${replicationId}]. ${standsWhere(standing)}`,
    operation: kind,
    taskId: by?.taskId ?? null,
    site,
    advice:
      `${twice(standing)}Nothing is left to do if it is to stay so; else drover reverse protects it the other way, ` +
      'and drover failback brings it back.',
  };
}
