/**
 * The migration of one VM, step by step: start → initial sync → gate → migrate → verify → delete the replication. The replication lives at
 * the destination, so every operation is sent there [docs.vmware.com deployment architecture].
 */

import type { PlanVmInput } from '../../contract/messages.js';
import type { VmReport } from '../../contract/report.js';
import { cutOver, recoveryOf, verifyRecovered } from './steps/cutover.js';
import { unlessWindowOver } from './steps/gate.js';
import { deleteReplication, keepOthers, startInitialSync } from './steps/initial-sync.js';
import type { Outcome } from './steps/operation.js';
import { broughtUp } from './steps/outage.js';
import { VmControl } from './steps/vm-control.js';
import { runVm } from './steps/vm-lifecycle.js';

/** Only a migration that succeeded closes as completed: Temporal then refuses to begin the same VM anew. */
export async function migrateVm(input: PlanVmInput): Promise<VmReport> {
  const vm = new VmControl(input);
  let started: Outcome | null = null;
  return runVm(
    vm,
    async () => {
      await unlessWindowOver(vm, 'migrate', input.cutover);
      await startInitialSync(vm, input, true, (outcome) => {
        started = outcome;
      });
      const migrated = await cutOver(vm, input, 'migrate', recoveryOf(input));
      vm.enter('verify');
      await vm.toItsEnd(() => verifyRecovered(vm, migrated));
      broughtUp(vm, migrated.record.finishedAt, input.cutover.powerOn);
      if (input.keepReplication) return;
      if (started?.submitted.adoption?.owner === 'person') keepOthers(vm);
      else await deleteReplication(vm);
    },
    async () => {
      await vm.giveSlot('sync');
      // A stopped VM leaves nothing behind that this run made; a copy that was there before stays.
      if (started?.submitted.preexisting === false) await deleteReplication(vm);
    },
  );
}
