/** Whether a vApp has the VMs that its run was started with: by these it is that vApp, and nothing else is moved under its name. */
import { CODES } from '../../../contract/codes.js';
import { growing } from '../../../contract/growing.js';
import type { OperationKind } from '../../../contract/operation.js';
import type { VmError } from '../../../contract/report.js';
import { differenceInWords, vappDifference } from '../../../contract/vapp.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { vappMembers } from '../../activities.js';
import type { VmControl } from './vm-control.js';

/** Between two looks at one that has other VMs; a person's `resume` ends the pause: ms. */
const PAUSES = { first: 10_000, longest: 30 * 60_000 };

/** In what it is not as its run was started with it; null: it is, or its site does not tell, or the unit is a VM. */
export async function vappChanged(vm: VmControl, kind: OperationKind): Promise<VmError | null> {
  const { input, resumedAt, ref } = vm;
  const planned = input.vm.vms;
  if (planned === undefined) return null;
  const site = input.source;
  const now = await vappMembers({ site, unit: input.vm.id, resumedAt });
  const difference = now === null ? null : vappDifference(planned, now);
  if (difference === null) return null;
  return {
    code: CODES.vappChanged,
    message:
      `${kind} of ${nameWithId(ref)} at ${vm.site} was not sent: at ${site} the vApp does not have the VMs that this run was ` +
      `started with: ${differenceInWords(difference)}.`,
    operation: kind,
    taskId: null,
    site,
    advice:
      `Put it right at ${site}, and it goes on (at once after drover resume ${input.run}); or drover cancel ${input.run} ` +
      `${ref.id}, and start a new run, which takes the vApp as it is.`,
  };
}

/** Before a vApp is started: waits until it is as its run knows it, and says why not. @throws Stopped */
export async function whenWhole(vm: VmControl): Promise<void> {
  try {
    for (const pause of growing(PAUSES)) {
      const why = await vappChanged(vm, 'start');
      if (why === null) return;
      vm.fail(why);
      const { resumedAt } = vm;
      await vm.waitFor('hold', () => vm.resumedAt !== resumedAt, pause);
    }
  } finally {
    vm.report.error = null;
  }
}
