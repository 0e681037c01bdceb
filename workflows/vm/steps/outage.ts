/**
 * How long a VM was down by a cutover, as a bound: from the first submission that the site accepted, over all attempts, to
 * the end of the task that brought the VM up. Open while nothing has brought it up.
 */

import { iso } from '../../../contract/moment.js';
import type { OperationKind, OperationRequest, Submitted } from '../../../contract/operation.js';
import { secondsDown } from './outage-figures.js';
import type { VmControl } from './vm-control.js';

/** Of all operations, the one that switches the source off [seed migrate-vm-replication]. */
const switchesOff = (kind: OperationKind): boolean => kind === 'migrate';

/** The site has accepted the operation: from now on the source may be off. What was adopted was sent some time before. */
export function mayBeDown(vm: VmControl, request: OperationRequest, submitted: Submitted | null): void {
  if (!switchesOff(request.kind) || vm.report.downSince != null || vm.report.source?.before === 'off') return;
  const isOurs = submitted !== null && !submitted.adopted;
  vm.report.downSince = iso(isOurs ? submitted.submittedAt : request.requestedAt);
}

/** The VM runs at the other site, since `finishedAt` at the latest. One that the plan leaves off is down still. */
export function broughtUp(vm: VmControl, finishedAt: string | null, powerOn: boolean): void {
  const { report, site } = vm;
  const { downSince } = report;
  if (downSince == null || finishedAt === null) return;
  if (!powerOn)
    return vm.note(`It is off at ${site}, as the plan says (powerOn: false), and was not known to be off before.`);
  report.outageSeconds = secondsDown(downSince, finishedAt);
  report.downSince = null;
  if (report.outageSeconds === null)
    vm.note(
      `How long it was down is not known: it was to go down at ${downSince}, and is said to be up since ${finishedAt}.`,
    );
}
