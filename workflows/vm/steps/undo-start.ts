/**
 * What a stopped VM takes back of the copy that it has begun. The copy itself is not waited for: its replication is removed
 * as soon as the site lets it be, and a start that still runs is looked after until it shows what it makes.
 */
import type { ReplicationSummary } from '../../../contract/operation.js';
import type { BegunCopy } from '../../../contract/unit.js';
import { deleteReplication, staysBehind } from './initial-sync.js';
import { tellKept } from './kept.js';
import { readAgain, startedReplication } from './locate.js';
import { growing, lookUntil } from './look-until.js';
import { StepFailed, Stopped } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** Looks for what a running start makes: over a day. */
const PAUSES = { first: 1_000, longest: 5 * 60_000, times: 300 };

/** A stopped VM leaves nothing behind that this run made; a copy that was there before stays. */
export async function undoStart(vm: VmControl): Promise<void> {
  const { begun } = vm;
  await vm.giveSlot('sync');
  if (begun === null) return;
  if (begun.submitted.preexisting) return tellKept(vm);
  vm.enter('tidy');
  vm.ignoreStop('unless-held');
  try {
    if (!begun.isConfirmed && !(await isFound(vm, begun))) return;
  } catch (error) {
    if (!(error instanceof StepFailed || error instanceof Stopped)) throw error;
    return await staysBehind(vm, error);
  }
  await deleteReplication(vm, { insists: true });
}

/** Whether it has made one, which is then the VM's. */
async function isFound(vm: VmControl, { operationId, submitted }: BegunCopy): Promise<boolean> {
  vm.report.replicationId ??= submitted.replicationId;
  let isEnded = false;
  async function look(): Promise<ReplicationSummary | null> {
    // Before the look, since it may show up with the task's end.
    const notice = vm.notice(operationId, 'task');
    isEnded = notice !== undefined;
    vm.report.replicationId ??= notice?.replicationId ?? null;
    return vm.report.replicationId === null ? startedReplication(vm) : readAgain(vm, 'start');
  }
  const seen = await lookUntil(look, (found) => found !== null || isEnded, growing(PAUSES));
  const isOwn = seen !== null && (seen.vmId === null || seen.vmId === vm.report.id);
  const isMarkedOwn = seen?.mark == null || seen.mark === submitted.mark;
  vm.report.replicationId = isOwn && isMarkedOwn ? seen.id : null;
  return vm.report.replicationId !== null;
}
