/** Bringing a VM up at the other site, by its replication, and making sure that it is there. */
import type { PlanVmInput } from '../../../contract/messages.js';
import type { RecoveryBody, ReplicationSummary } from '../../../contract/operation.js';
import { passGate } from './gate.js';
import { readAgain } from './locate.js';
import { growing, lookUntil } from './look-until.js';
import { type Outcome, operation, TooLate } from './operation.js';
import { StepFailed } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** VCDA may show a recovery as done a little after its task has ended: it is asked this often. */
const VERIFY_TRIES = 5;
/** While it says that the recovery is under way, it is asked for about half a day in all. */
const VERIFY_PAUSES = { first: 5_000, longest: 30 * 60_000, times: 29 };

/** Passes the gate and cuts over; a window that closed in between sends the VM back to the gate. */
export async function cutOver(
  vm: VmControl,
  { cutover }: Pick<PlanVmInput, 'cutover'>,
  kind: 'migrate' | 'failover',
  recovery: RecoveryBody,
): Promise<Outcome> {
  for (;;) {
    vm.enter('gate');
    await passGate(vm, kind, cutover);
    vm.enter(kind);
    try {
      return await operation(vm, {
        kind,
        replicationId: vm.report.replicationId,
        recovery,
        slot: 'cutover',
        slotTaken: true,
        notAfter: cutover.window === null ? null : Date.parse(cutover.window.closes),
      });
    } catch (error) {
      if (!(error instanceof TooLate)) throw error;
    }
  }
}

/** What a plan says of the recovery of one VM. */
export function recoveryOf({ cutover, destination, recovery, vm }: PlanVmInput): RecoveryBody {
  const { placementPolicy, sizingPolicy } = { ...destination, ...vm };
  return {
    powerOn: cutover.powerOn,
    consolidate: cutover.consolidate,
    ...(placementPolicy === undefined ? {} : { placementPolicy }),
    ...(sizingPolicy === undefined ? {} : { sizingPolicy }),
    ...networksOf(recovery, vm),
  };
}

export const networksOf = (
  { vAppNetworkSettings }: Pick<PlanVmInput['recovery'], 'vAppNetworkSettings'>,
  { vmNetworkSettings }: Pick<PlanVmInput['vm'], 'vmNetworkSettings'>,
): Pick<RecoveryBody, 'vAppNetworkSettings' | 'vmNetworkSettings'> => ({
  ...(vAppNetworkSettings === undefined ? {} : { vAppNetworkSettings }),
  ...(vmNetworkSettings === undefined ? {} : { vmNetworkSettings }),
});

/** Believes the replication, not the task alone: it must say that the VM was recovered. */
export async function verifyRecovered(vm: VmControl, outcome: Outcome): Promise<ReplicationSummary> {
  const recovered = await whenRecovered(vm, outcome);
  vm.recoveredAs(recovered.recoveredVmId);
  return recovered;
}

async function whenRecovered(vm: VmControl, { notice, record }: Outcome): Promise<ReplicationSummary> {
  const { site } = vm;
  const replicationId = vm.report.replicationId ?? '';
  if (notice.replication !== null && isRecovered(notice.replication)) return notice.replication;
  let tries = 0;
  function ask(): Promise<ReplicationSummary | null> {
    tries += 1;
    return readAgain(vm, record.kind);
  }
  const isEnough = (shown: ReplicationSummary | null): boolean =>
    isRecovered(shown) || (tries >= VERIFY_TRIES && shown?.recoveryState !== 'IN_PROGRESS');
  const seen = await lookUntil(ask, isEnough, growing(VERIFY_PAUSES));
  if (seen !== null && isRecovered(seen)) return seen;
  throw new StepFailed({
    code: 'NotRecovered',
    message:
      `the ${record.kind} of ${vm.report.name} (${vm.report.id}) to ${site} ended well, but replication ${replicationId} says ` +
      `${seen?.recoveryState ?? 'nothing, it is gone'}.`,
    operation: record.kind,
    taskId: notice.taskId,
    site,
    advice: 'Look at source and recovered VM before anything is started again.',
  });
}

/** A site that tells no recovery state that Drover knows must at least name what it recovered. */
function isRecovered(seen: ReplicationSummary | null): boolean {
  if (seen === null) return false;
  if (seen.recoveryState === 'COMPLETE') return true;
  const isKnown = ['NOT_STARTED', 'IN_PROGRESS', 'TEST'].includes(seen.recoveryState);
  return !isKnown && (seen.recoveredVmId ?? seen.recoveredVappId) !== null;
}
