/** Whether the report and the ledger tell the same story, operation by operation. */

import type { OperationRecord, VmReport } from '../contract/report.js';
import type { LedgerEntry } from '../simulator/index.js';
import type { Evidence, Violation } from './evidence.js';
import { isOperation } from './ledger-tail.js';

export function differences({ report, ledger }: Pick<Evidence, 'report' | 'ledger'>): Violation[] {
  const accepted = ledger.filter((entry) => isOperation(entry) && entry.operationId !== null);
  const byId = new Map(accepted.map((entry) => [entry.operationId, entry]));
  const vms = report?.vms ?? [];
  const reported = new Set(vms.flatMap((vm) => vm.operations.map(({ operationId }) => operationId)));
  return [
    ...vms.flatMap((vm) => vm.operations.flatMap((op) => unlike(vm, op, byId.get(op.operationId)))),
    ...accepted
      .filter(({ operationId }) => !reported.has(operationId ?? ''))
      .map((entry) =>
        violation(entry.vmId, `${entry.kind} of ${entry.vmName} (${entry.operationId}) is not in the report`),
      ),
  ];
}

function unlike(vm: VmReport, op: OperationRecord, entry: LedgerEntry | undefined): Violation[] {
  const what = `${op.kind} of ${vm.name} (${op.operationId})`;
  if (entry === undefined) return [violation(vm.id, `${what} is reported, and was never accepted`)];
  return [
    ...(entry.vmId === vm.id ? [] : [violation(vm.id, `${what} was accepted for another VM, ${entry.vmName}`)]),
    // An operation known by its effect has no task in the report.
    ...(op.taskId === null || op.taskId === entry.taskId
      ? []
      : [violation(vm.id, `${what} is reported with task ${op.taskId}, the ledger has ${entry.taskId}`)]),
    ...(op.result === null || op.result === entry.outcome
      ? []
      : [violation(vm.id, `${what} is reported as ${op.result}, the ledger has ${entry.outcome}`)]),
  ];
}

const violation = (vmId: string | null, message: string): Violation => ({ item: 'report', vmId, message });
