/**
 * Reversing a replication: the recovered VM becomes the source, its old source's disks the copy, and the original source VM
 * is removed [seed reverse-vm-replication]. Over when the copy is complete the other way.
 */
import type { Located } from '../../../contract/questions.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import type { OperationRecord, VmError, VmReport } from '../../../contract/report.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { lookSaying } from './again.js';
import { whenSynced } from './initial-sync.js';
import { LastLook } from './last-look.js';
import { find, takeAsFound } from './locate.js';
import { awaitResync, type Outcome, operation } from './operation.js';
import { powerOf } from './power.js';
import { obstacleToRemoval } from './preconditions.js';
import { recoveredByOthers } from './recovered-by-others.js';
import type { Step } from './step.js';
import { StepFailed } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** The replication may show up at its new site a little after the task. */
const PAUSES = { first: 4_000, times: 7 };

/**
 * How long a site is asked whether a VM is on, in ms: the one that the reverse goes to must answer anyway, and the other may be
 * the one that was lost.
 */
const WITHIN = { there: 60_000, source: 15_000 };

interface Reversal {
  /** as of a step */
  atMost?: number;
  /** what was recovered is off on purpose */
  isMeantOff?: boolean;
}

/** @returns where it lives afterwards. @throws StepFailed */
export async function reverseReplication(
  vm: VmControl,
  at: Located,
  { atMost, isMeantOff = false }: Reversal = {},
): Promise<Located> {
  const { id: replicationId, recoveredVmId } = at.replication;
  vm.enter('reverse');
  const look = new LastLook(vm, 'reverse');
  const reverse: Step = {
    kind: 'reverse',
    replicationId,
    recoveredVmId,
    slot: 'sync',
    async takeSlot(slot) {
      await look.takeSlot(slot);
      try {
        await seeWhatStays(vm, at, isMeantOff);
      } catch (error) {
        await vm.giveSlot(slot);
        throw error;
      }
    },
    ...(atMost === undefined ? {} : { atMost }),
  };
  const reversed = await sendReverse(vm, at, reverse);
  vm.memory.vmIdNow = recoveredVmId;
  vm.enter('resync');
  const located = await whenReversed(vm, at, reversed);
  // Where the site did not tell it before the reverse.
  vm.recoveredAs(located.replication.vmId);
  // Nothing of this run has recovered it since it was reversed.
  if (located.replication.recoveryState === 'COMPLETE')
    throw await recoveredByOthers(vm, 'reverse', located.replication);
  const synced = await awaitResync(vm, reverse, reversed, located.replication.id);
  if (!synced.ok && isRecovering(synced.replication)) throw await recoveredByOthers(vm, 'reverse', synced.replication);
  await whenSynced(vm, synced, 'reverse');
  return located;
}

const isRecovering = (seen: ReplicationSummary | null): boolean =>
  seen?.recoveryState === 'COMPLETE' || seen?.recoveryState === 'IN_PROGRESS';

type Reversed = Pick<Outcome, 'submitted' | 'record'>;

/** A failed task is no proof that nothing was reversed: the replication is, at either site. @throws StepFailed */
async function sendReverse(vm: VmControl, at: Located, reverse: Step): Promise<Reversed> {
  let last = null as Outcome['submitted'] | null;
  try {
    return await operation(vm, {
      ...reverse,
      onAccepted: (submitted) => {
        last = submitted;
      },
    });
  } catch (error) {
    const record = vm.report.operations.findLast(({ kind }) => kind === 'reverse');
    if (!(error instanceof StepFailed) || last === null || record?.result !== 'failed') throw error;
    const found = await find(vm, 'reverse');
    if (found === null || !isReversed(at, found)) throw error;
    vm.note(`The task of its reverse failed, but its replication at ${found.site} shows that it was reversed.`);
    return { submitted: last, record };
  }
}

/** @throws StepFailed when the original that is removed may be all that there is of the VM */
async function seeWhatStays(vm: VmControl, at: Located, isMeantOff: boolean): Promise<void> {
  const { recoveredVmId, vmId, sourceSite, destinationSite } = at.replication;
  const ask = (site: string, id: string | null, within: number) => powerOf(vm, { site, vmId: id, within });
  const recovered = await ask(destinationSite ?? at.site, recoveredVmId, WITHIN.there);
  if (recovered.power === 'on' || (isMeantOff && recovered.isMissing !== true)) return;
  const why = obstacleToRemoval(vm.ref, at, recovered, await ask(sourceSite ?? at.peer, vmId, WITHIN.source));
  if (why !== null) throw new StepFailed(why);
}

async function whenReversed(vm: VmControl, before: Located, { record }: Reversed): Promise<Located> {
  const isEnough = (found: Located | null): boolean => found !== null && isReversed(before, found);
  const { name, id } = vm.report;
  const why: VmError = {
    code: 'NotReversed',
    message:
      `the reverse of ${nameWithId({ id, name })} at ${before.site} ended well, but its replication ${before.replication.id} does not ` +
      `show it at ${before.site} or ${before.peer}.`,
    operation: 'reverse',
    taskId: record.taskId,
    site: before.site,
    advice: 'Look at its replication at both sites.',
  };
  const look = () => find(vm, 'reverse');
  const found = await lookSaying(vm, look, isEnough, PAUSES, () => why);
  if (found === null || !isReversed(before, found)) throw new StepFailed(why);
  const other = otherThanRecovered(vm.report, before, found, record);
  if (other !== null) throw new StepFailed(other);
  takeAsFound(vm, found);
  return found;
}

/** Ids decide: what has the ends of the reversed one may be of another VM, which nothing that follows may touch. */
function otherThanRecovered(
  { id, name, recoveredAs = [] }: VmReport,
  { replication: before }: Located,
  { site, replication: now }: Located,
  { taskId }: OperationRecord,
): VmError | null {
  const recovered = before.recoveredVmId;
  // A site that does not tell what it has recovered leaves nothing to compare with.
  if (now.vmId === null || recovered === null) return null;
  if ([recovered, ...recoveredAs, before.vmId].includes(now.vmId)) return null;
  return {
    code: 'WrongReplication',
    message:
      `the reverse of ${nameWithId({ id, name })} ended well, but replication ${now.id} is now of ${now.vmName ?? 'a VM without a name'} ` +
      `(${now.vmId}), and ${recovered} was recovered; nothing more was sent.`,
    operation: 'reverse',
    taskId,
    site,
    advice:
      `Find out at ${site} which VM that replication copies, and whether ${recovered} runs and is protected; ` +
      'do not cut it over before.',
  };
}

/** Its ends are swapped, or it replicates the VM that was recovered; a flag, which a site may forget, tells neither. */
function isReversed({ replication: before }: Located, { replication: now }: Located): boolean {
  const isSwapped =
    before.sourceSite !== null &&
    now.sourceSite === before.destinationSite &&
    now.destinationSite === before.sourceSite;
  const isOfRecovered = before.recoveredVmId !== null && now.vmId === before.recoveredVmId;
  // A list may lag behind the reverse; somebody may also have recovered it once more, as another VM.
  const isRecoveredSince = now.recoveredVmId !== null && now.recoveredVmId !== before.recoveredVmId;
  return (now.recoveryState !== 'COMPLETE' || isRecoveredSince) && (isSwapped || isOfRecovered);
}
