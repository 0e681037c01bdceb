/** The simulator's own books, held against what the demo claims: nothing lost, nothing twice. */

import { plural } from '../../client/words.js';
import type { LedgerEntry, WorldView } from '../../simulator/index.js';

/** What really happened to one VM. */
export interface VmTruth {
  id: string;
  name: string;
  startsAccepted: number;
  migratesAccepted: number;
  sourceOff: boolean;
  /** recovered VMs at the destination that are on */
  recoveredOn: number;
}

export interface Verdict {
  ok: boolean;
  vms: VmTruth[];
  /** what is not as it must be, one line each */
  wrong: string[];
}

export type LedgerLine = Pick<LedgerEntry, 'kind' | 'vmId'>;
type World = {
  sites: Record<
    string,
    { vms: Pick<WorldView['sites'][string]['vms'][number], 'id' | 'origin' | 'powerState' | 'testCopy'>[] }
  >;
};

export function judge(
  vms: { id: string; name: string }[],
  ledger: LedgerLine[],
  world: World,
  sites: { source: string; destination: string },
): Verdict {
  const accepted = countByVm(ledger);
  const atSource = new Map((world.sites[sites.source]?.vms ?? []).map((vm) => [vm.id, vm]));
  const recovered = (world.sites[sites.destination]?.vms ?? []).filter(
    (vm) => vm.powerState === 'POWERED_ON' && !vm.testCopy,
  );
  const truths = vms.map(({ id, name }) => ({
    id,
    name,
    startsAccepted: accepted.get(`start ${id}`) ?? 0,
    migratesAccepted: accepted.get(`migrate ${id}`) ?? 0,
    sourceOff: atSource.get(id)?.powerState === 'POWERED_OFF',
    recoveredOn: recovered.filter(({ origin }) => origin === id).length,
  }));
  const wrong = truths.flatMap(faults);
  return { ok: wrong.length === 0, vms: truths, wrong };
}

export function verdictText({ ok, vms, wrong }: Verdict): string {
  const once = (count: number): string => `${count} of ${vms.length} VMs`;
  return [
    "The simulator's own ledger and world:",
    `  exactly one start accepted     ${once(vms.filter((vm) => vm.startsAccepted === 1).length)}`,
    `  exactly one migrate accepted   ${once(vms.filter((vm) => vm.migratesAccepted === 1).length)}`,
    `  source VM off                  ${once(vms.filter((vm) => vm.sourceOff).length)}`,
    `  recovered VM on, exactly one   ${once(vms.filter((vm) => vm.recoveredOn === 1).length)}`,
    ...wrong.map((line) => `  WRONG: ${line}`),
    ok ? 'Verdict: nothing lost, nothing twice.' : `Verdict: ${plural(wrong.length, 'thing')} not as it must be.`,
  ].join('\n');
}

/** What a drill has really done to one VM. */
export interface DrillTruth {
  id: string;
  name: string;
  testsAccepted: number;
  cleanupsAccepted: number;
  sourceOn: boolean;
  testCopiesLeft: number;
}

export interface DrillVerdict {
  ok: boolean;
  drill: true;
  vms: DrillTruth[];
  /** what is not as it must be, one line each */
  wrong: string[];
}

/** As {@link judge}, for a drill that ran once: each VM recovered once, cleaned up once, and as it was. */
export function judgeDrill(
  vms: { id: string; name: string }[],
  ledger: LedgerLine[],
  world: World,
  sites: { source: string; destination: string },
): DrillVerdict {
  const accepted = countByVm(ledger);
  const atSource = new Map((world.sites[sites.source]?.vms ?? []).map((vm) => [vm.id, vm]));
  const copies = (world.sites[sites.destination]?.vms ?? []).filter((vm) => vm.testCopy);
  const truths = vms.map(({ id, name }) => ({
    id,
    name,
    testsAccepted: accepted.get(`failover-test ${id}`) ?? 0,
    cleanupsAccepted: accepted.get(`cleanup ${id}`) ?? 0,
    sourceOn: atSource.get(id)?.powerState === 'POWERED_ON',
    testCopiesLeft: copies.filter(({ origin }) => origin === id).length,
  }));
  const wrong = truths.flatMap((vm) => [
    ...(vm.testsAccepted === 1 ? [] : [`${vm.name}: ${plural(vm.testsAccepted, 'test failover')} accepted`]),
    ...(vm.cleanupsAccepted === 1 ? [] : [`${vm.name}: ${plural(vm.cleanupsAccepted, 'clean-up')} accepted`]),
    ...(vm.sourceOn ? [] : [`${vm.name}: its source is not on`]),
    ...(vm.testCopiesLeft === 0 ? [] : [`${vm.name}: a test copy is left`]),
  ]);
  return { ok: wrong.length === 0 && vms.length > 0, drill: true, vms: truths, wrong };
}

export function drillVerdictText({ ok, vms, wrong }: DrillVerdict): string {
  const once = (count: number): string => `${count} of ${vms.length} VMs`;
  return [
    "The simulator's own ledger and world:",
    `  exactly one test failover      ${once(vms.filter((vm) => vm.testsAccepted === 1).length)}`,
    `  exactly one clean-up           ${once(vms.filter((vm) => vm.cleanupsAccepted === 1).length)}`,
    `  source VM still on             ${once(vms.filter((vm) => vm.sourceOn).length)}`,
    `  no test copy left              ${once(vms.filter((vm) => vm.testCopiesLeft === 0).length)}`,
    ...wrong.map((line) => `  WRONG: ${line}`),
    ok
      ? 'Verdict: rehearsed once, and nothing left behind.'
      : `Verdict: ${plural(wrong.length, 'thing')} not as it must be.`,
  ].join('\n');
}

function faults({ name, startsAccepted, migratesAccepted, sourceOff, recoveredOn }: VmTruth): string[] {
  return [
    ...(startsAccepted === 1 ? [] : [`${name}: ${plural(startsAccepted, 'start')} accepted`]),
    ...(migratesAccepted === 1 ? [] : [`${name}: ${plural(migratesAccepted, 'migrate')} accepted`]),
    ...(sourceOff ? [] : [`${name}: its source is not off`]),
    ...(recoveredOn === 1 ? [] : [`${name}: ${plural(recoveredOn, 'recovered VM')} on`]),
  ];
}

function countByVm(ledger: LedgerLine[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, vmId } of ledger) {
    const key = `${kind} ${vmId}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
