/** By what else than its id the claim of a unit names its VM: pure. */
import type { VmRef } from './operation.js';
import type { VmReport } from './report.js';
import type { UnitMemory } from './unit.js';

/** Of many reverses there and back. */
const MOST = 20;

/**
 * Ids of the VM at either site and of its replications, as far as they are known: of many the newest. Of a vApp those of all
 * its VMs as well.
 * @param known absent: nothing has begun
 */
export function claimNames(
  { id, replicationId, vms = [] }: { id: string; replicationId?: string; vms?: VmRef[] },
  known?: {
    report: Pick<VmReport, 'replicationId' | 'recoveredAs' | 'vms'>;
    memory?: Pick<UnitMemory, 'vmIdNow' | 'earlier'> | undefined;
  },
): string[] {
  const { report, memory } = known ?? {};
  const own = [memory?.vmIdNow, report?.replicationId, replicationId, ...(report?.recoveredAs ?? []).toReversed()];
  const { vmIds = [], replicationIds = [] } = memory?.earlier ?? {};
  const turns = Array.from({ length: Math.max(vmIds.length, replicationIds.length) });
  const all = [...own, ...turns.flatMap((_, turn) => [vmIds[turn], replicationIds[turn]])];
  const its = [...new Set(all.filter((name) => name != null && name !== id) as string[])].slice(0, MOST);
  const members = (report?.vms ?? [])
    .flatMap((vm) => [vm.replicationId, vm.recoveredAs])
    .filter((name) => name != null);
  return [...new Set([...its, ...vms.map((vm) => vm.id), ...members])];
}
