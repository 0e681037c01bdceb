/**
 * The gate before a cutover: approval, then the window, then a slot. A VM passes only with all of them at one moment, so
 * what was waited for first is looked at again at the end.
 */
import type { PlanVmInput } from '../../../contract/messages.js';
import { longestCutover } from '../../activities.js';
import { windowMissed, windowTooShort } from './preconditions.js';
import { StepFailed } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/**
 * Passed: the VM holds a cutover slot for an operation of this kind.
 * @returns the moment after which it must not be sent; null: none
 * @throws Stopped @throws StepFailed when its window was missed and the plan says fail
 */
export async function passGate(
  vm: VmControl,
  kind: 'migrate' | 'failover',
  cutover: PlanVmInput['cutover'],
): Promise<number | null> {
  for (;;) {
    await vm.whenAllowed();
    if (cutover.approval !== 'none') await vm.whenApproved();
    await whenWindowOpen(vm, kind, cutover.window);
    const last = await lastMoment(vm, kind, cutover.window);
    if (!(await vm.takeSlot('cutover', last === null ? undefined : last - Date.now()))) continue;
    if (!vm.isPaused && isOpen(cutover.window) && (last === null || Date.now() < last)) return last;
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

/** Until when a cutover may begin, by what is known of how long one takes; null: at any time. @throws as {@link passGate} when that is over */
async function lastMoment(
  vm: VmControl,
  kind: 'migrate' | 'failover',
  window: PlanVmInput['cutover']['window'],
): Promise<number | null> {
  if (window === null) return null;
  const closes = Date.parse(window.closes);
  if (window.mustEnd !== true) return closes;
  const longest = (await longestCutover({ run: vm.input.run })) ?? 0;
  const last = closes - longest;
  if (Date.now() >= last) await missWindow(vm, kind, window, windowTooShort(kind, vm.report, vm.site, window, longest));
  return last;
}

async function missWindow(
  vm: VmControl,
  kind: 'migrate' | 'failover',
  window: NonNullable<PlanVmInput['cutover']['window']>,
  missed = windowMissed(kind, vm.report, vm.site, window),
): Promise<void> {
  if (window.missed === 'fail') throw new StepFailed(missed);
  // Held: its copy goes on being synced, its source stays up, until a person decides.
  vm.fail(missed);
  await vm.waitFor('window', () => false);
}
