/**
 * What a stopped VM takes back of the copy that it has begun. The copy itself is not waited for: its replication is removed
 * as soon as the site lets it be, and a start that still runs is looked after until it shows what it makes.
 */

import { growing } from '../../../contract/growing.js';
import { FAILURES } from '../../../contract/names.js';
import type { Submitted } from '../../../contract/operation.js';
import type { Started } from '../../../contract/questions.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import type { BegunCopy } from '../../../contract/unit.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { deleteReplication, staysBehind } from './initial-sync.js';
import { tellKept } from './kept.js';
import { readAgain } from './locate.js';
import { lookUntil } from './look-until.js';
import { started } from './started.js';
import { StepFailed, Stopped } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** Looks for what a running start makes: over a day. */
const PAUSES = { first: 1_000, longest: 5 * 60_000, times: 300 };

/** While something is there that may be a person's, a running start has so long to tell what it makes: ms. */
const TOLD_WITHIN = 10 * 60_000;

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
async function isFound(vm: VmControl, begun: BegunCopy): Promise<boolean> {
  const { operationId, submitted } = begun;
  let isEnded = false;
  let wasOver = false;
  let untoldSince: number | null = null;
  let named = submitted.replicationId;
  async function look(): Promise<Started> {
    // Before the look, since it may show up with the task's end.
    const notice = vm.notice(operationId, 'task');
    isEnded = notice !== undefined || wasOver;
    named = notice?.replicationId ?? notice?.replication?.id ?? named;
    const seen = await started(vm, begun, [named]);
    wasOver = seen.isOver;
    if (seen.untold.length > 0) untoldSince ??= Date.now();
    return seen;
  }
  const isEnough = ({ its }: Started): boolean =>
    its !== null || isEnded || (untoldSince !== null && Date.now() - untoldSince >= TOLD_WITHIN);
  const { its, untold } = await lookUntil(look, isEnough, growing(PAUSES));
  vm.report.replicationId = its?.id ?? named;
  const isIt = its !== null || (named !== null && isOwn(await readAgain(vm, 'start'), vm, submitted));
  if (!isIt) vm.report.replicationId = null;
  if (!isIt && untold.length > 0) leave(vm, untold, isEnded);
  return isIt;
}

/** Of one that a list does not show, and that may come back. */
const isOwn = (seen: ReplicationSummary | null, { report }: VmControl, { mark }: Submitted): boolean =>
  seen !== null && (seen.vmId ?? report.id) === report.id && (seen.mark ?? mark) === mark;

/** What a person may have made is not taken from them on a guess. */
function leave(vm: VmControl, untold: ReplicationSummary[], isEnded: boolean): void {
  const { report, site, memory } = vm;
  const taskId = memory.begun?.submitted.taskId ?? null;
  const still = isEnded ? '' : ` Its task ${taskId ?? ''} still runs, and may make another.`;
  const which = `replication ${untold.map(({ id }) => id).join(' or ')}`;
  vm.fail({
    code: FAILURES.undecided,
    message:
      `${which} of ${nameWithId(report)} at ${site} stays: whether the start of this run made it cannot be told, since ` +
      `neither a mark nor an answer nor the tasks of the site tell who did.${still}`,
    operation: 'delete',
    taskId,
    site,
    advice: `Look at ${which}: if this run made it, remove it at ${site} by hand.`,
  });
}
