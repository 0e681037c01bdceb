/**
 * The migration of one VM, step by step: start → initial sync → gate → migrate → verify → delete the replication. The replication lives at
 * the destination, so every operation is sent there [docs.vmware.com deployment architecture].
 */

import type { PlanVmInput } from '../../contract/messages.js';
import type { VmReport } from '../../contract/report.js';
import { cutOver, recoveryOf, verifyCutOver } from './steps/cutover.js';
import { unlessWindowOver } from './steps/gate.js';
import { type BegunCopy, deleteReplication, keepOthers, startInitialSync } from './steps/initial-sync.js';
import { isHistoryKnown } from './steps/known-history.js';
import { keepName, refuseIfMoved } from './steps/moved-before.js';
import { broughtUp } from './steps/outage.js';
import { undoStart } from './steps/undo-start.js';
import { VmControl } from './steps/vm-control.js';
import { runVm } from './steps/vm-lifecycle.js';

/** Only a migration that succeeded closes as completed: Temporal then refuses to begin the same VM anew. */
export async function migrateVm(input: PlanVmInput): Promise<VmReport> {
  const vm = new VmControl(input);
  let begun: BegunCopy | null = null;
  return runVm(
    vm,
    async () => {
      await unlessWindowOver(vm, 'migrate', input.cutover);
      await refuseIfMoved(vm, input);
      await startInitialSync(vm, input, true, (copy) => {
        begun = copy;
      });
      keepName(vm);
      const migrated = await cutOver(vm, input, 'migrate', recoveryOf(input), () => isHistoryKnown(vm, input));
      vm.enter('verify');
      await vm.toItsEnd(() => verifyCutOver(vm, migrated));
      broughtUp(vm, migrated.record.finishedAt, migrated.powerOn);
      if (input.keepReplication) return;
      if (begun?.submitted.adoption?.owner === 'person') keepOthers(vm);
      else await deleteReplication(vm);
    },
    () => undoStart(vm, begun),
  );
}
