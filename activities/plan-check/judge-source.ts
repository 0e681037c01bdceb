/** Whether the VM of a plan is there and is who it is called, and whether it was moved before: pure. */
import { CODES } from '../../contract/codes.js';
import type { PlanFinding } from '../../contract/plan-check.js';
import type { PlanHead } from '../../contract/shard.js';
import { isCalled, isSameName, isUnnamed, nameWithId } from '../../contract/vm-identity.js';
import { listed } from '../../contract/words.js';
import { bareId, isVappUnit, type PlanVm } from '../../plan/types.js';
import { seenOf } from '../moved-before.js';
import type { PlanFacts } from './facts.js';
import { about } from './findings.js';
import { judgeMovedVapp } from './judge-vapp.js';

/** Of a VM that is to be replicated anew. @param ids of all VMs of the piece */
export function judgeSource(
  { kind, source: { site }, destination, remigrate }: PlanHead,
  vm: PlanVm,
  facts: PlanFacts,
  ids: ReadonlySet<string>,
): PlanFinding[] {
  const { error, warning } = about(vm, site);
  const found = facts.source?.get(vm.id);
  if (facts.source !== null && found === undefined) {
    const alike = [...facts.source.values()].filter(({ name }) => name != null && !isUnnamed(vm) && isCalled(vm, name));
    const advice =
      alike.length === 0
        ? 'Correct its id, or leave it out: it may have been removed, or be hidden from this login.'
        : `Correct its id: ${site} has ${listed(alike.map(({ id, name }) => `${name} (${id})`))}.`;
    return [
      error(
        'VmNotFound',
        `${site} has no VM with id ${vm.id}${isUnnamed(vm) ? '' : `, which the plan calls ${vm.name}`}.`,
        advice,
      ),
    ];
  }
  const findings: PlanFinding[] = [];
  const name = found?.name ?? null;
  if (name !== null && !isCalled(vm, name))
    findings.push(
      error(
        CODES.nameMismatch,
        `the plan calls it ${vm.name}; at ${site} the ${isVappUnit(vm.id) ? 'vApp' : 'VM'} with id ${bareId(vm.id)} is named ${name}.`,
        `If ${name} is meant, correct the name in the plan, or leave it out; else correct the id.`,
      ),
    );
  if (found?.powerState === 'SUSPENDED') {
    // What was sent before it was suspended can be cut over; a first copy waits for whoever resumes it.
    const isCopied = facts.replications === null || (facts.replications.get(vm.id) ?? []).length > 0;
    findings.push(
      (isCopied ? warning : error)(
        'SourceSuspended',
        `${nameWithId(vm)} is suspended at ${site}${isCopied ? '' : ', so that nothing is sent of it'}.`,
        `Resume it, or shut it down${isCopied ? ', before its cutover' : ''}.`,
      ),
    );
  }
  const moved = kind === 'migrate' && !(vm.remigrate ?? remigrate) ? judgeMoved() : [];
  findings.push(...moved);
  // Of one that was moved, or may have been, that is said already.
  if (found?.powerState === 'POWERED_OFF' && moved.every(({ code }) => code === 'NameAtDestination'))
    findings.push(
      warning(
        'SourceOff',
        `${nameWithId(vm)} is off at ${site}: its copy is asked for, and it is left off where it goes, unless powerOn says otherwise.`,
        null,
      ),
    );
  return findings;

  function judgeMoved(): PlanFinding[] {
    const { site: at } = destination;
    const own = facts.moved.find((one) => one.vmId === vm.id);
    if (own === undefined && vm.vms !== undefined)
      return judgeMovedVapp(vm, vm.vms, at, facts, vm.vdc ?? destination.vdc ?? '');
    if (own !== undefined)
      return [
        about(vm, null).warning(
          'AlreadyMigrated',
          `${nameWithId(vm)} was migrated${own.to === null ? '' : ` to ${own.to}`} by run ${own.run}: it is skipped.`,
          'To migrate it once more, say remigrate: true for it.',
        ),
      ];
    const called = name ?? vm.name;
    const namesake = facts.moved.find(
      (one) =>
        !isVappUnit(one.vmId) &&
        !ids.has(one.vmId) &&
        one.to === at &&
        one.name !== null &&
        isSameName(one.name, called),
    );
    if (namesake !== undefined && !(isUnnamed(vm) && name === null))
      return [
        about(vm, null).error(
          CODES.maybeMoved,
          `a VM of its name (${namesake.vmId}) was moved from ${site} to ${at} by run ${namesake.run}.`,
          'Look at both VMs. If this one is to be moved all the same, say remigrate: true for it.',
        ),
      ];
    const vdc = vm.vdc ?? destination.vdc ?? '';
    // What its own replication has recovered is no stranger.
    const its = facts.replications?.get(vm.id) ?? [];
    const copies = new Set(its.flatMap(({ destinationState }) => destinationState?.recoveryInfo?.vcdVmId ?? []));
    const seen = seenOf(facts.source === null ? null : [...facts.source.values()], facts.destination, vdc, vm, copies);
    if (seen.twin === null) return [];
    const twin = nameWithId(seen.twin);
    if (seen.isSourceOff)
      return [
        about(vm, at).error(
          CODES.maybeMoved,
          `${nameWithId(vm)} is off at ${site}, and ${twin} stands at ${at}: it may have been moved already.`,
          'Look at both VMs. If this one is to be moved all the same, say remigrate: true for it.',
        ),
      ];
    return [
      about(vm, at).warning(
        'NameAtDestination',
        `a VM of its name, ${twin}, stands at ${at} already.`,
        'Names may repeat; see whether this VM was moved by hand.',
      ),
    ];
  }
}
