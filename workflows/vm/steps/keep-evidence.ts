/** What a VM's workflow leaves in the store when it ends. */
import { workflowInfo } from '@temporalio/workflow';
import type { Evidence } from '../../../contract/evidence.js';
import { MIGRATE_VM } from '../../../contract/inputs.js';
import { iso } from '../../../contract/moment.js';
import { isMovedAndOff } from './begun.js';
import type { VmControl } from './vm-control.js';

/** A VM's own word of its end; its run may know better afterwards. */
const REVISION = 1;

/** null: its run began before there was a store */
export function evidenceOf(vm: VmControl): Evidence | null {
  const { run, evidence, source, destination } = vm.input;
  if (evidence === undefined) return null;
  const { workflowId, workflowType } = workflowInfo();
  const { execution, kind, position } = evidence;
  const isMoved = workflowType === MIGRATE_VM && (vm.report.state === 'succeeded' || isMovedAndOff(vm.report));
  const unit = {
    unit: vm.report.id,
    position,
    revision: REVISION,
    workflowId,
    report: vm.report,
    planned: vm.input.vm,
    durations: vm.durations(),
    ...(isMoved ? { moved: { source, destination: destination.site } } : {}),
  };
  return { run, execution, kind, at: iso(Date.now()), units: [unit] };
}
