/**
 * Reversing a replication: the recovered VM becomes the source, its old source's disks the copy, and the original source VM
 * is removed [seed reverse-vm-replication]. Over when the copy is complete the other way.
 */
import { sleep } from '@temporalio/workflow';
import type { Located } from '../../../contract/operation.js';
import { whenCopied } from './initial-sync.js';
import { find } from './locate.js';
import { awaitResync, type Outcome, operation, type Step } from './operation.js';
import { StepFailed } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** The replication may show up at its new site a little after the task: looked for this often, twice as late each time. */
const LOOKS = 8;
const FIRST_PAUSE = 2_000;

/** @returns where it lives afterwards. @throws StepFailed */
export async function turnRound(vm: VmControl, at: Located): Promise<Located> {
  const { id: replicationId, recoveredVmId } = at.replication;
  vm.enter('reverse');
  const reverse: Step = { kind: 'reverse', replicationId, recoveredVmId, slot: 'sync' };
  const reversed = await operation(vm, reverse);
  vm.knowAs(recoveredVmId);
  vm.enter('resync');
  const turned = await whenTurned(vm, at, reversed);
  await whenCopied(vm, await awaitResync(vm, reverse, reversed, turned.replication.id), 'reverse');
  return turned;
}

async function whenTurned(vm: VmControl, before: Located, { notice }: Outcome): Promise<Located> {
  for (let [n, pause] = [0, FIRST_PAUSE]; n < LOOKS; n += 1, pause = 2 * pause) {
    if (n > 0) await sleep(pause);
    const found = await find(vm, 'reverse');
    if (found !== null && isTurned(before, found)) return found;
  }
  const { name, id } = vm.report;
  throw new StepFailed({
    code: 'NotReversed',
    message:
      `the reverse of ${name} (${id}) at ${before.site} ended well, but its replication ${before.replication.id} does not ` +
      `show it at ${before.site} or ${before.peer}.`,
    operation: 'reverse',
    taskId: notice.taskId,
    site: before.site,
    advice: 'Look at its replication at both sites.',
  });
}

/** A recovery that is over takes a reverse, or a new id, to show as not begun. */
const isTurned = (before: Located, { replication }: Located): boolean =>
  replication.recoveryState !== 'COMPLETE' &&
  (replication.isReversed !== before.replication.isReversed || replication.id !== before.replication.id);
