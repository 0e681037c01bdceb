/** Right before a VM is moved: what the store knows of it. Nothing is moved on a guess. */
import type { PlanVmInput } from '../../../contract/inputs.js';
import { movedByStore } from '../../activities.js';
import { isStoreAway } from '../../evidence/patience.js';
import { movedBy } from './moved-before.js';
import type { VmControl } from './vm-control.js';

/** @returns false: the store is away. @throws StepFailed `MaybeMoved` */
export async function isHistoryKnown(vm: VmControl, input: PlanVmInput): Promise<boolean> {
  if (input.remigrate || input.evidence === undefined) return true;
  const { id, name, vms = [] } = input.vm;
  const its = [{ id, name }, ...vms];
  try {
    const moved = await movedByStore({ source: input.source, vms: its });
    const other = moved.find(({ vmId, run }) => its.some((one) => one.id === vmId) && run !== input.run);
    if (other !== undefined) throw movedBy(vm, input, other);
    return true;
  } catch (error) {
    if (isStoreAway(error)) return false;
    throw error;
  }
}
