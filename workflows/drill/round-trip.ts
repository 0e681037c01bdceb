/** A drill that really moves: failover → reverse, and on the way back the same again, until the VM runs where it ran. */

import { growing } from '../../contract/growing.js';
import type { DrillVmInput } from '../../contract/inputs.js';
import type { RecoveryBody, SlotKind } from '../../contract/operation.js';
import type { Located } from '../../contract/questions.js';
import { Again } from '../vm/steps/again.js';
import { networksOf, verifyRecovered } from '../vm/steps/cutover.js';
import { syncNow } from '../vm/steps/initial-sync.js';
import { LastLook } from '../vm/steps/last-look.js';
import { find, takeAsFound, takeOwn, whyAnothers } from '../vm/steps/locate.js';
import { inTime, lookUntil } from '../vm/steps/look-until.js';
import { operation } from '../vm/steps/operation.js';
import { whyOff } from '../vm/steps/powered-on.js';
import { noReplication, RECOVERED_NOT_RUNNING } from '../vm/steps/preconditions.js';
import { reverseReplication } from '../vm/steps/reverse.js';
import { firstLookAtSource } from '../vm/steps/source.js';
import { whatStands } from '../vm/steps/standing.js';
import { StepFailed, Stopped } from '../vm/steps/step-errors.js';
import type { VmControl } from '../vm/steps/vm-control.js';
import { runChecks } from './drill-checks.js';
import { broughtByOthers, isAnothers, notHome, outOfTime, triedFor } from './not-home.js';

/** One leg is repeated for so long, between two looks at all of it: ms. */
const AT_MOST = 2 * 60_000;
const PAUSES = { first: 3_000, longest: 5 * 60_000 };

/** How long the site of the VM is asked whether it is on: ms. */
const POWER_WITHIN = 30_000;

/** Syncs first when the drill says so, since what the source writes from here on is lost to it. */
export async function failOverForDrill(
  vm: VmControl,
  { recovery, vm: ref }: DrillVmInput,
  at: Located,
  choice: { instanceId?: string },
): Promise<void> {
  if (recovery.sync) {
    vm.enter('sync');
    // What somebody has recovered since it was looked at cannot be synced, nor is it the drill's to bring home.
    await new LastLook(vm, 'failover').look();
    await syncNow(vm, 'before-cutover');
  }
  const { sourceSite, vmId } = at.replication;
  await firstLookAtSource(vm, { site: sourceSite ?? at.peer, vmId: vmId ?? ref.id, within: POWER_WITHIN });
  vm.enter('failover');
  const body = {
    powerOn: recovery.powerOn,
    consolidate: recovery.consolidate,
    ...choice,
    ...networksOf(recovery, ref),
  };
  const off = await failOver(vm, at, body, true);
  if (off !== null) throw off;
}

/** @returns why what was recovered does not run, though it is to; null: it does */
async function failOver(
  vm: VmControl,
  at: Located,
  recovery: RecoveryBody,
  isRehearsal: boolean,
): Promise<StepFailed | null> {
  const replicationId = at.replication.id;
  const look = new LastLook(vm, 'failover');
  const takeSlot = (slot: SlotKind) => look.takeSlot(slot);
  const recovered = await operation(vm, {
    kind: 'failover',
    replicationId,
    recovery,
    slot: 'cutover',
    takeSlot,
    atMost: AT_MOST,
  });
  return whyOff(vm, recovered, recovery.powerOn, await verifyRecovered(vm, recovered), { isRehearsal });
}

/**
 * Goes on from wherever the replication shows the VM to be, until it runs at home and is protected as before.
 * @throws StepFailed `NotHome` when its replication is gone, or a step of it fails again and again; `NotPoweredOn` when it is at
 * home, and off; `DoneByOthers` when somebody else has brought it there
 */
export async function bringHome(vm: VmControl, input: DrillVmInput, before: Located): Promise<void> {
  const again = new Again(vm);
  let since: number | null = null;
  const home: Home = { off: null, isMeantOff: null, another: null };
  async function isBroughtHome(): Promise<boolean> {
    try {
      return await goOn(vm, input, before, home);
    } catch (thrown) {
      const error = thrown instanceof Stopped ? outOfTime(vm) : thrown;
      if (!(error instanceof StepFailed)) throw error;
      // Off at home, it is not taken away where it runs.
      if (home.off !== null && error.reason.code === RECOVERED_NOT_RUNNING) {
        vm.note(error.reason.message);
        return true;
      }
      since ??= Date.now();
      const lasts = triedFor(since, Date.now() + vm.stop.timeLeft);
      const isGone = error instanceof GoneAstray;
      if (!isGone && !vm.stop.isTimeOver && Date.now() < since + lasts) {
        again.failed(error.reason, lasts);
        return false;
      }
      vm.report.retrying = null;
      const standing = await whatStands(vm);
      throw notHome(vm.ref, error.reason, { home: input.source, standing, isGone });
    }
  }
  try {
    await lookUntil(isBroughtHome, (isDone) => isDone, inTime(vm, growing(PAUSES)));
  } finally {
    again.over();
  }
  if (home.off === null) {
    const ofOthers = broughtByOthers(vm.ref, vm.report.operations, input.source);
    if (ofOthers !== null) throw ofOthers;
    if (home.another !== null) throw isAnothers(vm.ref, home.another);
    return;
  }
  vm.report.downSince = vm.report.operations.findLast(({ kind }) => kind === 'failover')?.submittedAt ?? null;
  throw home.off;
}

/** What the way home has found out. */
interface Home {
  /** why it does not run there; null: nothing speaks against it */
  off: StepFailed | null;
  /** as it was there before; null: it has not come there yet */
  isMeantOff: boolean | null;
  /** what is at home is of a VM that nothing links to this one; null: it is its own */
  another: Located | null;
}

/** Takes every leg that can be taken now; false while a recovery is under way. @throws StepFailed */
async function goOn(vm: VmControl, input: DrillVmInput, before: Located, home: Home): Promise<boolean> {
  for (;;) {
    const at = await find(vm, 'failover');
    if (at === null) throw new GoneAstray(vm);
    if (isHome(at, before)) {
      home.another = whyAnothers(vm, 'failover', at) === null ? null : at;
      if (home.another === null) takeAsFound(vm, at);
      return true;
    }
    if (at.replication.recoveryState === 'IN_PROGRESS') return false;
    takeOwn(vm, 'failover', at);
    await nextLeg(vm, input, at, home);
  }
}

async function nextLeg(vm: VmControl, input: DrillVmInput, at: Located, home: Home): Promise<void> {
  if (at.replication.recoveryState === 'COMPLETE') {
    await reverseReplication(vm, at, { atMost: AT_MOST, isMeantOff: home.isMeantOff ?? !input.recovery.powerOn });
  } else {
    vm.enter('failover-back');
    await syncNow(vm);
    const { consolidate } = input.recovery;
    // At home it is as it was there, whatever the drill made of it meanwhile.
    const powerOn =
      vm.report.source?.before === 'unknown' ? input.recovery.powerOn : vm.report.source?.before !== 'off';
    home.isMeantOff = !powerOn;
    home.off = await failOver(vm, at, { powerOn, consolidate }, false);
    if (powerOn && home.off === null) await runChecks(vm, input, 'failover', 'back: ');
  }
}

/** Neither site has a replication of it, and had none for as long as one may be missing. */
class GoneAstray extends StepFailed {
  constructor({ ref, input: { source, destination } }: VmControl) {
    super(noReplication('failover', ref, source, destination.site));
  }
}

/** A recovery that failed leaves everything as it was. */
const isHome = ({ replication }: Located, before: Located): boolean =>
  replication.recoveryState === 'NOT_STARTED' &&
  (replication.sourceSite === null
    ? replication.isReversed === before.replication.isReversed
    : replication.sourceSite === before.replication.sourceSite);
