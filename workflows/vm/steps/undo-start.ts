/**
 * What a stopped VM takes back of the copy that it has begun. The copy itself is not waited for: its replication is removed
 * as soon as the site lets it be, and a start that still runs is looked after until it shows what it makes.
 */
import { FAILURES } from '../../../contract/names.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import type { BegunCopy } from '../../../contract/unit.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { deleteReplication, staysBehind } from './initial-sync.js';
import { tellKept } from './kept.js';
import { readAgain, startedReplication } from './locate.js';
import { growing, lookUntil } from './look-until.js';
import { StepFailed, Stopped } from './step-errors.js';
import type { VmControl } from './vm-control.js';
import { whoseStart } from './whose-start.js';

/** Looks for what a running start makes: over a day. */
const PAUSES = { first: 1_000, longest: 5 * 60_000, times: 300 };

/** A stopped VM leaves nothing behind that this run made; a copy that was there before stays. */
export async function undoStart(vm: VmControl): Promise<void> {
  const { begun } = vm.memory;
  await vm.giveSlot('sync');
  if (begun === null) return;
  if (begun.submitted.preexisting) return tellKept(vm);
  vm.enter('delete-replication');
  vm.stop.ignore('unless-held');
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
  const named = [submitted.replicationId];
  async function look(): Promise<ReplicationSummary | null> {
    // Before the look, since it may show up with the task's end.
    const notice = vm.notice(operationId, 'task');
    isEnded = notice !== undefined;
    named.push(notice?.replicationId ?? null, notice?.replication?.id ?? null);
    vm.report.replicationId ??= notice?.replicationId ?? null;
    return vm.report.replicationId === null ? startedReplication(vm) : readAgain(vm, 'start');
  }
  const seen = await lookUntil(look, (found) => found !== null || isEnded, growing(PAUSES));
  const whose =
    seen === null
      ? 'others'
      : whoseStart(seen, { vmId: vm.report.id, mark: submitted.mark, named, isRunning: !isEnded });
  vm.report.replicationId = whose === 'own' ? (seen?.id ?? null) : null;
  if (whose === 'unknown' && seen !== null) leave(vm, seen.id);
  return vm.report.replicationId !== null;
}

/** What a person may have made is not taken from them on a guess. */
function leave(vm: VmControl, replicationId: string): void {
  const { report, site } = vm;
  vm.fail({
    code: FAILURES.undecided,
    message:
      `replication ${replicationId} of ${nameWithId(report)} at ${site} stays: whether the start of this run made it cannot ` +
      'be told, since no answer has named what it made, its task is over, and the replication bears no mark.',
    operation: 'delete',
    taskId: vm.memory.begun?.submitted.taskId ?? null,
    site,
    advice: `Look at replication ${replicationId}: if this run made it, remove it at ${site} by hand.`,
  });
}
