/**
 * The migration of one VM, step by step: start → initial sync → gate → migrate → verify → delete the replication. The replication lives at
 * the destination, so every operation is sent there [docs.vmware.com deployment architecture].
 */

import type { PlanVmInput } from '../../contract/inputs.js';
import type { VmReport } from '../../contract/report.js';
import { copy } from './copy-vm.js';
import { cutOver, recoveryOf, verifyCutOver } from './steps/cutover.js';
import { tellCutOver } from './steps/hooks.js';
import { deleteReplication, keepOthers } from './steps/initial-sync.js';
import { History } from './steps/known-history.js';
import { broughtUp } from './steps/outage.js';
import { undoStart } from './steps/undo-start.js';
import { VmControl } from './steps/vm-control.js';
import { runVm } from './steps/vm-lifecycle.js';

/** Begins at the gate where a copy is known, as {@link copyVm} leaves it. */
export async function migrateVm(input: PlanVmInput): Promise<VmReport> {
  const vm = new VmControl(input);
  return runVm(
    vm,
    async () => {
      if (input.phase === 'through') await copy(vm, input);
      const migrated = await cutOver(vm, input, 'migrate', recoveryOf(input), new History(vm, input));
      vm.enter('verify');
      await vm.toItsEnd(() => verifyCutOver(vm, migrated));
      broughtUp(vm, migrated.record.finishedAt, migrated.powerOn);
      await tellCutOver(vm);
      if (input.keepReplication) return;
      if (vm.memory.begun?.submitted.adoption?.owner === 'person') keepOthers(vm);
      else await deleteReplication(vm);
    },
    () => undoStart(vm),
  );
}
