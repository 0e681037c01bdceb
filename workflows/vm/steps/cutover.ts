/** Bringing a VM up at the other site, by its replication, and making sure that it is there. */
import { CODES } from '../../../contract/codes.js';
import type { PlanVmInput } from '../../../contract/inputs.js';
import { FRESH } from '../../../contract/look.js';
import { iso } from '../../../contract/moment.js';
import type { RecoveryBody } from '../../../contract/operation.js';
import type { Moved } from '../../../contract/questions.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import type { VmError } from '../../../contract/report.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { lookSaying } from './again.js';
import { withSource } from './begun.js';
import { BegunCutover } from './begun-cutover.js';
import { type Decided, decidePower } from './decide-power.js';
import { passGate, staysOpen } from './gate.js';
import { CutoverHook } from './hooks.js';
import { sourceNow } from './kept.js';
import type { History } from './known-history.js';
import { LastLook, type LookedAtAll } from './last-look.js';
import { readAgain } from './locate.js';
import { type Outcome, operation } from './operation.js';
import { staysDown, whyOff } from './powered-on.js';
import { RecoveredByOthers } from './recovered-by-others.js';
import { lookAtSource, type SourceVm, sourceMoved, tellEarlierCutover } from './source.js';
import { LookAgain, StepFailed, TaskFailed, TooLate } from './step-errors.js';
import { whenStoreAnswers } from './store-answers.js';
import { SyncBefore } from './sync-before.js';
import type { VmControl } from './vm-control.js';

/** VCDA may show a recovery as done a little after its task has ended: it is asked this often. */
const VERIFY_TRIES = 5;
/** While it says that the recovery is under way, it is asked for about half a day in all. */
const VERIFY_PAUSES = { first: 5_000, longest: 30 * 60_000, times: 29 };

export interface CutOver extends Outcome {
  /** whether the copy was to be powered on */
  powerOn: boolean;
  source: SourceVm;
}

/**
 * Passes the gate and cuts over, after a look at the copy, and has a cutover's place still when it returns; a wait in between
 * sends the VM back to the gate, but for one whose cutover has begun.
 *
 * @param history of the VM: where the store does not answer, it is waited for; absent: it is of no account
 */
export async function cutOver(
  vm: VmControl,
  { cutover, vm: ref }: Pick<PlanVmInput, 'cutover' | 'vm'>,
  kind: 'migrate' | 'failover',
  recovery: Omit<RecoveryBody, 'powerOn'>,
  history?: History,
): Promise<CutOver> {
  const { window } = cutover;
  const look = new LastLook(vm, kind);
  const sync = new SyncBefore(vm, kind, cutover);
  const hook = new CutoverHook(vm);
  let decided = null as Passed | null;
  let begun = null as { cutover: BegunCutover; failed: TaskFailed } | null;
  let notAfter: number | null = null;
  for (;;) {
    try {
      if (begun === null || decided === null) {
        decided = await pass(vm, kind, { look, sync, hook, history }, { cutover, vm: ref });
        ({ notAfter } = vm);
      }
      if (begun === null && !(await (history?.isKnown(decided.moved) ?? true))) {
        await vm.giveSlot('cutover');
        await whenStoreAnswers(vm);
        continue;
      }
      vm.enter(kind);
      const { powerOn, source } = decided;
      const { replicationId } = vm.report;
      const done = await operation(vm, {
        kind,
        replicationId,
        recovery: { ...recovery, powerOn },
        notAfter,
        once: true,
      });
      return { ...done, powerOn, source };
    } catch (error) {
      if (error instanceof TooLate || error instanceof LookAgain) {
        if (begun === null) await vm.giveSlot('cutover');
        else notAfter = await begun.cutover.whenAllowed(begun.failed);
      } else if (error instanceof TaskFailed && decided !== null) {
        begun = { cutover: begun?.cutover ?? new BegunCutover(vm, look, window, decided.source), failed: error };
        notAfter = await begun.cutover.whenRepeatable(error);
      } else {
        // The run gives back the slot of a cutover that failed: it may pause first, and then nothing more begins.
        if (!(error instanceof StepFailed)) await vm.giveSlot('cutover');
        throw begun === null && error instanceof StepFailed ? await refused(vm, error) : error;
      }
    }
  }
}

/** Nothing was sent, but others may have been at work: whoever reads why is told whether the VM runs. */
async function refused(vm: VmControl, error: StepFailed): Promise<StepFailed> {
  if (error instanceof RecoveredByOthers) return error;
  const { reason } = error;
  return new StepFailed({ ...reason, message: `${reason.message} ${await sourceNow(vm)}.` });
}

interface Passing {
  look: LastLook;
  sync: SyncBefore;
  hook: CutoverHook;
  history: History | undefined;
}

interface Passed extends Decided {
  /** what the store has just told of the VM; absent: it was not asked, or did not answer */
  moved?: Moved[];
}

/** Passes the gate with a copy that is fit at the end of it, and young enough: it holds a slot then. */
async function pass(
  vm: VmControl,
  kind: 'migrate' | 'failover',
  { look, sync, hook, history }: Passing,
  { cutover, vm: ref }: Pick<PlanVmInput, 'cutover' | 'vm'>,
): Promise<Passed> {
  const last = (wanted = sync.wanted): Promise<LookedAtAll> =>
    kind === 'migrate' ? look.lookAtAll({ history: history?.question ?? null, sync: wanted }) : look.look();
  for (;;) {
    vm.enter('gate');
    vm.syncsBefore = sync.isExpected;
    await passGate(vm, cutover.window);
    if (!(await hook.lets(vm.notAfter))) continue;
    await staysOpen(vm, cutover.window);
    let seen = await last();
    const isDue = seen.isAsked === true || sync.isDue(seen.replication);
    if (seen.unfit === null && seen.replication !== null && isDue) {
      if (!(await sync.isMade(seen.replication))) continue;
      vm.enter('gate');
      seen = await last(null);
      sync.tell(seen.replication);
    }
    if (seen.unfit === null) {
      const lookedAt = Date.now();
      const { power, moved } = seen;
      const decided = await decidePower(vm, kind, ref.powerOn ?? cutover.powerOn, seen.replication, power);
      if (Date.now() - lookedAt >= FRESH) seen = await look.look();
      if (seen.unfit === null && !sync.isDue(seen.replication))
        return { ...decided, ...(moved === undefined ? {} : { moved }) };
      if (seen.unfit === null) continue;
    }
    const { replication, unfit } = seen;
    await vm.giveSlot('cutover');
    if (kind === 'migrate') await tellEarlierCutover(vm, replication);
    const window = vm.windowNow(cutover.window);
    await look.whenFit(unfit, window === null ? null : Date.parse(window.closes));
  }
}

/** What a plan says of the recovery of one VM. */
export function recoveryOf({ cutover, destination, recovery, vm }: PlanVmInput): Omit<RecoveryBody, 'powerOn'> {
  const { placementPolicy, sizingPolicy } = { ...destination, ...vm };
  return {
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

/**
 * The end of a cutover. It has its place for as long as the VM may be down, which a task that ended well does not change: else
 * a site that brings none up would have them all taken down, one after the other.
 * @throws StepFailed `NotPoweredOn` when what was recovered does not run
 */
export async function verifyCutOver(vm: VmControl, outcome: CutOver): Promise<ReplicationSummary> {
  const recovered = await verifyMoved(vm, outcome);
  const off = await whyOff(vm, outcome, outcome.powerOn, recovered, { source: outcome.source, gives: 'cutover' });
  if (off !== null) {
    staysDown(vm, outcome);
    throw off;
  }
  await vm.giveSlot('cutover');
  return recovered;
}

/** A task that ended well is no proof that it moved anything: of a migrate that did not, the source is asked for. */
async function verifyMoved(vm: VmControl, outcome: CutOver): Promise<ReplicationSummary> {
  const { record, source } = outcome;
  const isMigrate = record.kind === 'migrate';
  try {
    const recovered = await verifyRecovered(vm, outcome);
    if (isMigrate) sourceMoved(vm, record);
    return recovered;
  } catch (error) {
    if (!isMigrate || !(error instanceof StepFailed)) throw error;
    await lookAtSource(vm, source);
    throw new StepFailed(withSource(error.reason, vm.report));
  }
}

/** Believes the replication, not the task alone: it must say that the VM was recovered. */
export async function verifyRecovered(vm: VmControl, outcome: Outcome): Promise<ReplicationSummary> {
  const recovered = await whenRecovered(vm, outcome);
  vm.recoveredAs(recovered.recoveredVmId);
  vm.saw(recovered);
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
  const triesFor = (shown: ReplicationSummary | null): number =>
    shown?.recoveryState === 'IN_PROGRESS' ? VERIFY_PAUSES.times + 1 : VERIFY_TRIES;
  const isEnough = (shown: ReplicationSummary | null): boolean =>
    shown === null || isRecovered(shown) || tries >= triesFor(shown);
  const why = (shown: ReplicationSummary | null): VmError => ({
    code: CODES.notRecovered,
    message:
      `the ${record.kind} of ${nameWithId(vm.report)} to ${site} ended well, but replication ${replicationId} says ` +
      `${shown?.recoveryState ?? 'nothing, it is gone'}.`,
    operation: record.kind,
    taskId: notice.taskId,
    site,
    advice: 'Look at source and recovered VM before anything is started again.',
  });
  const seen = await lookSaying(vm, ask, isEnough, VERIFY_PAUSES, why, (shown) => triesFor(shown) - 1);
  if (seen === null || !isRecovered(seen)) throw new StepFailed(why(seen));
  // Its task had ended before it was.
  if (tries > 1 || notice.replication !== null) record.finishedAt = iso(Date.now());
  return seen;
}

/** A site that tells no recovery state that Drover knows must at least name what it recovered. */
function isRecovered(seen: ReplicationSummary | null): boolean {
  if (seen === null) return false;
  if (seen.recoveryState === 'COMPLETE') return true;
  const isKnown = ['NOT_STARTED', 'IN_PROGRESS', 'TEST'].includes(seen.recoveryState);
  return !isKnown && (seen.recoveredVmId ?? seen.recoveredVappId) !== null;
}
