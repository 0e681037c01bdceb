/**
 * The gate before a cutover: approval, then the window, then a slot. A VM passes only with all of them at one moment, so
 * what was waited for first is looked at again at the end.
 */
import type { PlanVmInput } from '../../../contract/messages.js';
import { windowMissed } from './preconditions.js';
import { StepFailed } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** Passed: the VM holds a cutover slot for an operation of this kind. @throws Stopped @throws StepFailed when its window was missed and the plan says fail */
export async function passGate(
  vm: VmControl,
  kind: 'migrate' | 'failover',
  cutover: PlanVmInput['cutover'],
): Promise<void> {
  for (;;) {
    await vm.whenAllowed();
    if (cutover.approval !== 'none') await vm.whenApproved();
    await whenWindowOpen(vm, kind, cutover.window);
    const left = cutover.window === null ? undefined : Date.parse(cutover.window.closes) - Date.now();
    if (!(await vm.takeSlot('cutover', left))) continue;
    if (!vm.isPaused && isOpen(cutover.window)) return;
    await vm.giveSlot('cutover');
  }
}

/** Before anything is copied for it: a window that is over by now is not waited for with a copy. @throws as {@link passGate} */
export async function unlessWindowOver(
  vm: VmControl,
  kind: 'migrate' | 'failover',
  { window }: PlanVmInput['cutover'],
): Promise<void> {
  if (window !== null && Date.parse(window.closes) <= Date.now()) await missWindow(vm, kind, window);
}

const isOpen = (window: PlanVmInput['cutover']['window']): boolean =>
  window === null || (Date.parse(window.opens) <= Date.now() && Date.now() < Date.parse(window.closes));

async function whenWindowOpen(
  vm: VmControl,
  kind: 'migrate' | 'failover',
  window: PlanVmInput['cutover']['window'],
): Promise<void> {
  if (window === null) return;
  const untilOpen = Date.parse(window.opens) - Date.now();
  if (untilOpen > 0) await vm.waitFor('window', () => false, untilOpen);
  if (!isOpen(window)) await missWindow(vm, kind, window);
}

async function missWindow(
  vm: VmControl,
  kind: 'migrate' | 'failover',
  window: NonNullable<PlanVmInput['cutover']['window']>,
): Promise<void> {
  const missed = windowMissed(kind, vm.report, vm.site, window);
  if (window.missed === 'fail') throw new StepFailed(missed);
  // Held: its copy goes on being synced, its source stays up, until a person decides.
  vm.fail(missed);
  await vm.waitFor('window', () => false);
}
