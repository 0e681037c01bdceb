/**
 * The gate before a cutover, as the unit's workflow passes it: the run, which keeps the gate, has opened it, and what is left
 * is a place. Approval, window and place must all be there at one moment, so what the run has seen is looked at again.
 */
import type { PlanVmInput } from '../../../contract/inputs.js';
import { AtGate } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/**
 * Passed: the VM holds a cutover's place.
 * @returns the moment after which it must not be sent, epoch ms; null: none
 * @throws AtGate when it must wait for more than a place @throws Stopped
 */
export async function passGate(vm: VmControl, window: PlanVmInput['cutover']['window']): Promise<number | null> {
  const isShut = () => vm.isPaused || !isOpen(vm, window);
  if (vm.stop.isRequested || isShut()) throw new AtGate();
  const left = vm.notAfter === null ? undefined : vm.notAfter - Date.now();
  if (!(await vm.takeSlot('cutover', left, isShut))) throw new AtGate();
  if (!isShut()) return vm.notAfter;
  await vm.giveSlot('cutover');
  throw new AtGate();
}

const isOpen = ({ notAfter }: VmControl, window: PlanVmInput['cutover']['window']): boolean =>
  (window === null || Date.parse(window.opens) <= Date.now()) && (notAfter === null || Date.now() < notAfter);
