/**
 * The gate before a cutover, as the unit's workflow passes it: the run, which keeps the gate, has opened it, and what is left
 * is a place. Approval, window and place must all be there at one moment, so what the run has seen is looked at again.
 */
import type { PlanVmInput } from '../../../contract/inputs.js';
import type { SlotKind } from '../../../contract/operation.js';
import type { SlotPurpose } from '../../../contract/site.js';
import { AtGate } from './step-errors.js';
import type { VmControl } from './vm-control.js';

type Window = PlanVmInput['cutover']['window'];

/** Passed: the VM holds a cutover's place. @throws AtGate when it must wait for more than a place @throws Stopped */
export async function passGate(vm: VmControl, window: Window): Promise<void> {
  if (vm.stop.isRequested || isShut(vm, window)) throw new AtGate();
  await takeWhileOpen(vm, 'cutover', window);
}

/** Takes a place, for which it is waited while the gate is open. @throws AtGate @throws Stopped */
export async function takeWhileOpen(
  vm: VmControl,
  slot: SlotKind,
  window: Window,
  purpose?: SlotPurpose,
): Promise<void> {
  const left = vm.notAfter === null ? undefined : vm.notAfter - Date.now();
  if (!(await vm.takeSlot(slot, left, () => isShut(vm, window), purpose))) throw new AtGate();
  await staysOpen(vm, window, slot);
}

/** After something that took a while: the place is of no use once the gate is shut. @throws AtGate */
export async function staysOpen(vm: VmControl, window: Window, slot: SlotKind = 'cutover'): Promise<void> {
  if (!isShut(vm, window)) return;
  await vm.giveSlot(slot);
  throw new AtGate();
}

/** What the run had opened is shut again. */
const isShut = (vm: VmControl, window: Window): boolean => vm.isPaused || !isOpen(vm, window);

function isOpen(vm: VmControl, planned: Window): boolean {
  const { notAfter } = vm;
  const window = vm.windowNow(planned);
  return (window === null || Date.parse(window.opens) <= Date.now()) && (notAfter === null || Date.now() < notAfter);
}
