/** What a drill proved, from the reports of its VMs: pure. */

import { isLeftByDrill } from '../../contract/codes.js';
import type { DrillProgress } from '../../contract/inputs.js';
import { iso } from '../../contract/moment.js';
import { type DrillResult, isFinal, type VmReport } from '../../contract/report.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { inWords } from '../../contract/words.js';
import type { Drill } from '../../plan/types.js';

export function drillResult(drill: Drill, progress: DrillProgress, vms: VmReport[]): DrillResult {
  const { mode, objectives } = drill;
  const groups = drill.groups.map(({ name }) => ({ name, ...worst(vms.filter((vm) => vm.wave === name)) }));
  const inSeconds = (ms: number | null) => (ms === null ? null : ms / 1000);
  const wanted = { rtoSeconds: inSeconds(objectives.rto), rpoSeconds: inSeconds(objectives.rpo) };
  return {
    mode,
    ...asWritten(drill),
    phase: progress.phase,
    triggeredAt: isoOf(progress.triggeredAt),
    heldUntil: isoOf(progress.heldUntil),
    objectives: wanted,
    ...worst(vms),
    groups,
    ...networksUsed(vms),
    missed: [
      ...(progress.timedOut
        ? [`the drill's time of ${inWords(drill.timeout, 'one unit')} was over before all VMs were up`]
        : []),
      ...vms.flatMap((vm) => [
        ...leftOff(drill, vm),
        ...(drill.recovery.powerOn ? missed('RTO', vm, vm.rtoSeconds, wanted.rtoSeconds) : []),
        ...missed('RPO', vm, vm.rpoSeconds, wanted.rpoSeconds, vm.rpoUncertaintySeconds ?? 0),
      ]),
    ],
    left: vms.filter(({ error }) => isLeftByDrill(error)).map(({ name }) => name),
    swept: progress.swept,
    notSwept: progress.notSwept ?? [],
  };
}

/** What its file says of it for those who read of it. */
const asWritten = ({ scenario, lead, observers, reference }: Drill): Partial<DrillResult> => ({
  ...(scenario === undefined ? {} : { scenario }),
  ...(lead === undefined ? {} : { lead }),
  ...(observers === undefined ? {} : { observers }),
  ...(reference === undefined ? {} : { reference }),
});

function networksUsed(vms: VmReport[]): Pick<DrillResult, 'networks'> {
  const used = vms.flatMap(({ networks }) => networks ?? []);
  const each = new Map(used.map((networks) => [JSON.stringify([networks.from, ...networks.names]), networks]));
  return each.size === 0 ? {} : { networks: [...each.values()] };
}

/** Of the slowest VM, and of the one that would have lost most; null when a VM was not measured. */
function worst(vms: VmReport[]): Pick<DrillResult, 'rtoSeconds' | 'rpoSeconds' | 'rpoUncertaintySeconds'> {
  const most = (values: (number | null)[]) =>
    values.length === 0 || values.includes(null) ? null : Math.max(...(values as number[]));
  return {
    rtoSeconds: most(vms.map((vm) => vm.rtoSeconds)),
    rpoSeconds: most(vms.map((vm) => vm.rpoSeconds)),
    rpoUncertaintySeconds: most(vms.map((vm) => vm.rpoUncertaintySeconds ?? null)),
  };
}

/** What may be over is over; what is not known is not met. */
function missed(
  what: string,
  vm: VmReport,
  measured: number | null,
  objective: number | null,
  uncertainty = 0,
): string[] {
  if (objective === null) return [];
  const subject = `${what} of ${nameWithId(vm)}`;
  if (measured === null) {
    const unknown =
      what === 'RTO'
        ? 'not known: the times of its recovery contradict each other'
        : "not known: the site's clock was not measured, or it gives no time for what was recovered, or one that cannot be";
    return wasRecovered(vm) ? [`${subject}: ${unknown}; objective ${words(objective)}`] : [];
  }
  if (measured + uncertainty <= objective) return [];
  const over = measured > objective ? `${words(measured - objective)} over` : 'it may be over';
  return [`${subject}: ${words(measured)}${plusMinus(uncertainty)}, objective ${words(objective)}: ${over}`];
}

/** Its checks have passed; what failed before that is a failure of the drill already. */
const wasRecovered = ({ state, rtoSeconds }: VmReport): boolean =>
  state === 'succeeded' || (isFinal(state) && rtoSeconds !== null);

/** A copy that was left off has no recovery time, so that none can show that it was met. */
function leftOff({ recovery, objectives }: Drill, vm: VmReport): string[] {
  if (objectives.rto === null || recovery.powerOn || vm.state !== 'succeeded') return [];
  return [`RTO of ${nameWithId(vm)}: not known: it was not powered on; objective ${words(objectives.rto / 1000)}`];
}

const plusMinus = (seconds: number): string => (seconds === 0 ? '' : ` ± ${words(seconds)}`);

const words = (seconds: number): string => inWords(seconds * 1000, 'one unit');

const isoOf = (at: number | null): string | null => (at === null ? null : iso(at));
