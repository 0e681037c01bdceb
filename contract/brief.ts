/** A VM's report as a list of many VMs needs it: without what takes the most room, which its shard still has. Pure. */
import { isCutover } from './operation.js';
import type { OperationRecord, VmReport } from './report.js';

/** Of its operations those that warned, and of a VM that may be down those that moved it. */
export function briefOf(report: VmReport): VmReport {
  const { notes: _, networks: __, source, operations, ...vm } = report;
  const isDown = vm.downSince != null;
  const isTold = ({ kind, warnings }: OperationRecord): boolean =>
    warnings !== undefined || (isDown && isCutover(kind));
  return { ...vm, ...(isDown && source !== undefined ? { source } : {}), operations: operations.filter(isTold) };
}
