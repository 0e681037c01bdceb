/** What is said of a VM that a person wants left out, by itself and by its run. Pure. */
import { CODES } from '../../../contract/codes.js';
import type { VmError, VmReport } from '../../../contract/report.js';
import { nameWithId } from '../../../contract/vm-identity.js';

/** What was copied of it stays, for whoever wants it after all. */
export function skippedByPerson(vm: Pick<VmReport, 'id' | 'name' | 'replicationId'>, run: string): VmError {
  const { replicationId } = vm;
  const copy = replicationId === null ? '' : ` What was copied stays, as replication ${replicationId}.`;
  return {
    operation: null,
    taskId: null,
    site: null,
    code: CODES.skippedByPerson,
    message: `${nameWithId(vm)} was left out, since a person said so.${copy}`,
    advice: `drover retry ${run} vm:${vm.id} takes it in again while the run goes on.`,
  };
}

/** Nothing was begun for it. */
export function removedByPerson(vm: Pick<VmReport, 'id' | 'name'>, run: string): VmError {
  return {
    operation: null,
    taskId: null,
    site: null,
    code: CODES.removedByPerson,
    message: `${nameWithId(vm)} was taken out of the run before it had begun, since a person said so.`,
    advice: `drover retry ${run} vm:${vm.id} takes it in again while the run goes on.`,
  };
}
