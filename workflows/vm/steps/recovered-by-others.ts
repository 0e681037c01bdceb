/** For a VM that this run was about to recover, or to protect, and that somebody has recovered since it was looked at. */
import { CODES } from '../../../contract/codes.js';
import { DONE_BY_OTHERS } from '../../../contract/names.js';
import type { OperationKind, VmRef } from '../../../contract/operation.js';
import type { Located, RecoveredBy } from '../../../contract/questions.js';
import type { OperationRecord, VmError } from '../../../contract/report.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { whoRecovered } from '../../activities.js';
import { locateFor } from './locate.js';
import type { Recovering } from './preconditions.js';
import { StepFailed } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** @param failed as the replication says; it stays what it is where this run may have recovered the VM itself */
export async function toldByWhom(vm: VmControl, kind: OperationKind, failed: StepFailed): Promise<StepFailed> {
  const isIt = failed.reason.code === CODES.alreadyRecovered && !hasSent(vm.report.operations);
  return isIt ? recoveredByOthers(vm, kind) : failed;
}

/** As {@link locateFor}, of a VM that was seen before, and was not recovered then. @throws StepFailed */
export async function locateAgain(
  vm: VmControl,
  kind: Recovering,
  obstacle: (at: Located) => VmError | null,
): Promise<Located> {
  try {
    return await locateFor(vm, kind, obstacle);
  } catch (error) {
    throw error instanceof StepFailed ? await toldByWhom(vm, kind, error) : error;
  }
}

/** What it sent before its last reverse is over. */
function hasSent(operations: OperationRecord[]): boolean {
  const reversed = operations.findLastIndex(({ kind, result }) => kind === 'reverse' && result === 'succeeded');
  return operations.slice(reversed + 1).some(({ kind }) => kind === 'migrate' || kind === 'failover');
}

export async function recoveredByOthers(vm: VmControl, kind: OperationKind): Promise<StepFailed> {
  const { site, peer, ref, resumedAt } = vm;
  const replicationId = vm.report.replicationId ?? '';
  const by = await whoRecovered({ run: vm.input.run, site, peer, vm: ref, replicationId, resumedAt });
  return new StepFailed(doneByOthers(kind, ref, { site, replicationId }, by));
}

/** Pure. @param by null: the site does not tell */
export function doneByOthers(
  kind: OperationKind,
  vm: VmRef,
  { site, replicationId }: { site: string; replicationId: string },
  by: RecoveredBy | null,
): VmError {
  const how = by === null ? '' : ` by a ${by.kind} (task ${by.taskId})`;
  const failed =
    kind === 'start' || kind === 'sync' || kind === 'reverse' ? 'was not brought to its end' : 'was not sent';
  return {
    code: DONE_BY_OTHERS,
    message:
      `${kind} of ${nameWithId(vm)} at ${site} ${failed}: ${by?.who ?? 'somebody else'} has recovered it there ` +
      `meanwhile${how} [replication ${replicationId}].`,
    operation: kind,
    taskId: by?.taskId ?? null,
    site,
    advice:
      'Look where it runs: nothing is left to do if it is to stay so; else drover reverse protects it the other way, ' +
      'and drover failback brings it back.',
  };
}
