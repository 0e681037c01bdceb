/** What the start of a VM has made: the VM's own at the site that it was sent to, whatever else there is of it. */
import type { Started } from '../../../contract/questions.js';
import type { BegunCopy } from '../../../contract/unit.js';
import { whatStarted } from '../../activities.js';
import { ask } from './locate.js';
import type { VmControl } from './vm-control.js';

/** @param named by answers since it was accepted @throws StepFailed @throws Stopped */
export function started(
  vm: VmControl,
  { operationId, submitted }: BegunCopy,
  named: (string | null)[] = [],
): Promise<Started> {
  const { source, vm: ref } = vm.input;
  const { taskId, mark, replicationId, submittedAt: since } = submitted;
  const { site, peer } = vm;
  const known = [replicationId, ...named].flatMap((id) => id ?? []);
  return ask(vm, 'start', (resumedAt) =>
    whatStarted({
      site,
      peer,
      source,
      vm: { id: ref.id, name: vm.report.name },
      operationId,
      taskId,
      ...(mark === undefined ? {} : { mark }),
      named: [...new Set(known)],
      since,
      resumedAt,
    }),
  );
}
