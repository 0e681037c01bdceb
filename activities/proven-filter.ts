/** Whether a site filters by operation id: there that alone tells whose a task is, since a person may have Drover's login. */
import { operationId } from '../contract/names.js';
import type { OperationRequest } from '../contract/operation.js';
import { type CallOptions, type Site, saysNo, VcdaError } from '../vcda/index.js';
import { unextended } from './extension.js';

/** By what this worker sent last, and by the start of the VM. null: it has shown neither. @throws VcdaError */
export async function filtersProvenly(
  site: Site,
  { run, vm }: Pick<OperationRequest, 'run' | 'vm'>,
  options: CallOptions,
): Promise<boolean | null> {
  try {
    return await unextended(options, (local) => site.proveOperationIds([operationId(run, vm.id, 'start', 1)], local));
  } catch (error) {
    if (error instanceof VcdaError && saysNo(error)) return null;
    throw error;
  }
}
