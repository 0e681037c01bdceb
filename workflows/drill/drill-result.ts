/** What a drill proved, from the reports of its VMs: pure. */

import type { DrillProgress } from '../../contract/messages.js';
import type { DrillResult, VmReport } from '../../contract/report.js';
import { inWords } from '../../contract/words.js';
import type { Drill } from '../../plan/types.js';

export function drillResult(drill: Drill, progress: DrillProgress, vms: VmReport[]): DrillResult {
  const { mode, objectives } = drill;
  const groups = drill.groups.map(({ name }) => ({ name, ...worst(vms.filter((vm) => vm.wave === name)) }));
  const inSeconds = (ms: number | null) => (ms === null ? null : ms / 1000);
  const wanted = { rtoSeconds: inSeconds(objectives.rto), rpoSeconds: inSeconds(objectives.rpo) };
  return {
    mode,
    phase: progress.phase,
    triggeredAt: isoOf(progress.triggeredAt),
    heldUntil: isoOf(progress.heldUntil),
    objectives: wanted,
    ...worst(vms),
    groups,
    missed: [
      ...(progress.timedOut
        ? [`the drill's time of ${inWords(drill.timeout, 'one unit')} was over before all VMs were up`]
        : []),
      ...vms.flatMap((vm) => [
        ...missed('RTO', vm, vm.rtoSeconds, wanted.rtoSeconds),
        ...missed('RPO', vm, vm.rpoSeconds, wanted.rpoSeconds),
      ]),
    ],
    left: vms.filter(({ error }) => UNDONE_IN_VAIN.has(error?.code ?? '')).map(({ name }) => name),
    swept: progress.swept,
  };
}

/** Codes of VMs whose clean-up or way home failed; see test-copy.ts and round-trip.ts. */
const UNDONE_IN_VAIN = new Set(['TestCopyLeft', 'NotHome']);

/** Of the slowest VM, and of the one that would have lost most; null when a VM was not measured. */
function worst(vms: VmReport[]): Pick<DrillResult, 'rtoSeconds' | 'rpoSeconds'> {
  const most = (values: (number | null)[]) =>
    values.length === 0 || values.includes(null) ? null : Math.max(...(values as number[]));
  return { rtoSeconds: most(vms.map((vm) => vm.rtoSeconds)), rpoSeconds: most(vms.map((vm) => vm.rpoSeconds)) };
}

function missed(what: string, { name, id }: VmReport, measured: number | null, objective: number | null): string[] {
  if (measured === null || objective === null || measured <= objective) return [];
  return [
    `${what} of ${name} (${id}): ${words(measured)}, objective ${words(objective)}: ${words(measured - objective)} over`,
  ];
}

const words = (seconds: number): string => inWords(seconds * 1000, 'one unit');

const isoOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
