/** A first copy that VCDA begins later, at a moment of the plan [seed start-vm-replication: initialSyncTime]. */
import { iso } from '../../../contract/moment.js';
import type { Notice } from '../../../contract/notice.js';
import type { StartBody } from '../../../contract/operation.js';
import { onOurClock } from '../../../contract/site-clock.js';
import { awaitResync, type Outcome } from './operation.js';
import type { Step } from './step.js';
import type { VmControl } from './vm-control.js';

/** Epoch ms; null: it begins at once. */
export function scheduledFor({ initialSyncTime = 0 }: StartBody): number | null {
  return initialSyncTime > Date.now() ? initialSyncTime : null;
}

/**
 * Waits for the first copy, with a place from the moment on at which it begins: until then nothing is sent. What was taken over
 * may be complete.
 */
export async function awaitScheduled(vm: VmControl, start: Step, started: Outcome, at: number): Promise<Notice> {
  if (started.submitted.adoption === undefined) {
    vm.note(`Its first copy was scheduled for ${iso(at)} (replication.initialSyncTime).`);
    // The site goes by its own clock.
    const begins = onOurClock(at, vm.memory.clockOf(vm.site))?.at ?? at;
    await vm.waitFor(null, () => false, Math.max(1, begins - Date.now()));
  }
  await vm.takeSlot('sync');
  try {
    const copy: Step = { ...start, until: 'synced', slot: 'sync' };
    return await awaitResync(vm, copy, started, vm.report.replicationId ?? '');
  } finally {
    // Nobody else gives it back where the copy was complete when it was asked for.
    await vm.giveSlot('sync');
  }
}
