import type { OperationRequest } from '../../../contract/operation.js';
import { siteVdcId } from '../../../simulator/index.js';
import type { Bench } from './bench.js';

/** The start of one of a bench's VMs, under the id that a run would give it. */
export function startOf(bench: Bench, index: number, change: Partial<OperationRequest> = {}): OperationRequest {
  const vm = bench.vms[index];
  if (vm === undefined) throw new RangeError('no such VM');
  return bench.request({
    kind: 'start',
    replicationId: null,
    vm,
    operationId: `drover/bench/${vm.id}/start/1`,
    start: {
      sourceSite: bench.source,
      destinationSite: bench.destination,
      vdc: siteVdcId(bench.destination),
      storageProfile: '*',
      isMigration: true,
    },
    ...change,
  });
}
