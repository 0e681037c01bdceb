/** Where every VM ended up: in the report, in one place, and over. */

import { judge } from '../cli/demo/verdict.js';
import { CODES } from '../contract/codes.js';
import { isFinal, type VmReport } from '../contract/report.js';
import type { Evidence, Violation } from './evidence.js';

export function whereabouts(evidence: Evidence): Violation[] {
  const reports = new Map((evidence.report?.vms ?? []).map((vm) => [vm.id, vm]));
  return evidence.vms.flatMap(({ id, name }) => {
    const vm = reports.get(id);
    if (vm === undefined) return [{ item: 'lost' as const, vmId: id, message: `${name} is not in the report` }];
    return [...lost(evidence, vm), ...stuck(vm), ...failed(evidence, vm)];
  });
}

function lost({ ledger, world, sites }: Evidence, vm: VmReport): Violation[] {
  const violation = (message: string): Violation => ({ item: 'lost', vmId: vm.id, message });
  if (vm.state === 'succeeded') {
    // Attempts whose task failed are explained; of the others the one judge demands exactly one.
    const counted = ledger.filter((entry) => entry.vmId === vm.id && entry.outcome !== 'failed');
    return judge([vm], counted, world, sites).wrong.map(violation);
  }
  const atSource = world.sites[sites.source]?.vms.some((one) => one.id === vm.id && one.powerState === 'POWERED_ON');
  const across = world.sites[sites.destination]?.vms.some(
    (one) => one.origin === vm.id && !one.testCopy && one.powerState === 'POWERED_ON',
  );
  // In the middle of its cutover a VM is down on both sides; that is what the report must say then.
  if (atSource || across || vm.state === 'running') return [];
  return [violation(`${vm.name} is ${vm.state}, and on in neither place`)];
}

function stuck(vm: VmReport): Violation[] {
  if (isFinal(vm.state)) return [];
  const waiting = vm.waitingFor === null ? '' : `, waits for ${vm.waitingFor}`;
  const error = vm.error === null ? '' : `: ${vm.error.code}: ${vm.error.message}`;
  return [{ item: 'stuck', vmId: vm.id, message: `${vm.name} is ${vm.state} in step ${vm.step}${waiting}${error}` }];
}

/** Everything that was done to the run passes, so everything must succeed; a window that closed is a lasting reason. */
function failed({ window }: Evidence, vm: VmReport): Violation[] {
  if (!isFinal(vm.state) || vm.state === 'succeeded') return [];
  if (vm.error?.code === CODES.windowMissed && window !== null && Date.parse(vm.finishedAt ?? '') >= window.closes)
    return [];
  return [
    { item: 'failed', vmId: vm.id, message: `${vm.name} is ${vm.state}: ${vm.error?.code}: ${vm.error?.message}` },
  ];
}
