/**
 * The gate before a cutover: approval, then the window, then a slot. A VM passes only with all of them at one moment, so
 * what was waited for first is looked at again at the end.
 */
import type { PlanVmInput } from '../../../contract/messages.js';
import { StepFailed } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** Passed: the VM holds a cutover slot. @throws Stopped @throws StepFailed when its window was missed and the plan says fail */
export async function passGate(vm: VmControl, cutover: PlanVmInput['cutover']): Promise<void> {
  for (;;) {
    await vm.whenAllowed();
    if (cutover.approval !== 'none') await vm.whenApproved();
    await whenWindowOpen(vm, cutover.window);
    const left = cutover.window === null ? undefined : Date.parse(cutover.window.closes) - Date.now();
    if (!(await vm.takeSlot('cutover', left))) continue;
    if (!vm.isPaused && isOpen(cutover.window)) return;
    await vm.giveSlot('cutover');
  }
}

const isOpen = (window: PlanVmInput['cutover']['window']): boolean =>
  window === null || (Date.parse(window.opens) <= Date.now() && Date.now() < Date.parse(window.closes));

async function whenWindowOpen(vm: VmControl, window: PlanVmInput['cutover']['window']): Promise<void> {
  if (window === null) return;
  const untilOpen = Date.parse(window.opens) - Date.now();
  if (untilOpen > 0) await vm.waitFor('window', () => false, untilOpen);
  if (isOpen(window)) return;
  const { name, id } = vm.report;
  const message = `the cutover window of ${name} (${id}) closed at ${window.closes} before its cutover could begin.`;
  if (window.missed === 'fail') {
    throw new StepFailed({
      code: 'WindowMissed',
      operation: 'migrate',
      taskId: null,
      message: `${message} Next: run the VM again with a later window; its source was not touched.`,
    });
  }
  // Held: its copy goes on being synced, its source stays up, until a person decides.
  vm.fail({
    code: 'WindowMissed',
    operation: 'migrate',
    taskId: null,
    message: `${message} Next: cancel it, and run it again with a later window.`,
  });
  await vm.waitFor('window', () => false);
}
