/** A run as it is now, what a person must do first. */
import type { LiveReport } from '../../client/live-report.js';
import { byNeed, isDown } from '../../client/urgency.js';
import { between, plural } from '../../client/words.js';
import { isMovedBefore } from '../../contract/codes.js';
import { isFinal, type VmReport } from '../../contract/report.js';
import { allVmsIn } from '../../contract/vapp.js';
import { inWords } from '../../contract/words.js';
import { drillBlocks } from './drill-text.js';
import { forecastText } from './forecast-text.js';
import type { Colors } from './output.js';
import {
  activity,
  attentionText,
  failuresText,
  filled,
  headline,
  movedBeforeText,
  progressCells,
  totalsLine,
  vmsTable,
  wavesTable,
} from './run-text.js';
import { table } from './table.js';

/** VMs of a run that are all listed. */
const FEW = 20;
/** VMs that are listed of each kind where there are more. */
const MOST_ROWS = 20;

/** @param listed its VMs that were asked for; null: none in particular. All of them: beside what else there is to tell */
export function showText(report: LiveReport, colors: Colors, listed: VmReport[] | null = null): string {
  const { vms, totals } = report;
  const head = [headline(report, colors), totalsLine(totals, vms.filter(isMovedBefore).length)];
  const isAll = listed?.length === vms.length;
  if (listed !== null && !isAll) return [...head, listedText(report, listed, colors)].join('\n\n');
  return [
    ...head,
    ...(report.attention.length === 0 ? [] : [attentionText(report.attention, colors)]),
    ...(report.drill === null ? [] : drillBlocks(report, report.drill, colors)),
    wavesTable(report, report.forecast),
    ...forecastText(report.forecast),
    ...failuresText(report, colors),
    ...movedBeforeText(vms),
    ...(isAll || vms.length <= FEW ? [vmsTable(report, colors)] : someOf(report)),
  ].join('\n\n');
}

function listedText(report: LiveReport, listed: VmReport[], colors: Colors): string {
  const count = `${allVmsIn(listed)} of ${plural(allVmsIn(report.vms), 'VM')}`;
  return listed.length === 0 ? `${count} are so.` : `${count}:\n\n${vmsTable({ ...report, vms: listed }, colors)}`;
}

/** Of many VMs those that tell most of how it goes; the rest is counted. */
function someOf({ run, vms }: LiveReport): string[] {
  const open = byNeed(vms).filter(({ state }) => !isFinal(state));
  const off = open.filter(isDown);
  const stalled = open.filter((vm) => !isDown(vm) && vm.retrying != null);
  const running = open.filter((vm) => !isDown(vm) && vm.retrying == null && vm.state === 'running');
  const told = new Set([...off, ...stalled, ...running].map(({ id }) => id));
  const rest = vms.filter(({ id }) => !told.has(id));
  return [
    ...section(plural(off.length, 'source off', 'sources off'), ['DOWN FOR'], off, (vm) => [since(vm.downSince)]),
    ...section(`${plural(stalled.length, 'VM')} in trouble`, ['FOR', 'WHY'], stalled, (vm) => [
      since(vm.retrying?.since),
      vm.retrying?.code ?? '',
    ]),
    ...section(`${running.length} running`, ['ON IT FOR', 'DONE', 'SENT', 'RATE', 'LEFT'], byStep(running), (vm) => [
      since(vm.stepSince),
      ...progressCells(vm),
    ]),
    `${told.size === 0 ? '' : 'Not listed: '}${restText(rest)}. All VMs: drover show ${run} --all; some: --failed, --state STATE, --wave WAVE`,
  ];
}

function section(title: string, head: string[], vms: VmReport[], cells: (vm: VmReport) => string[]): string[] {
  if (vms.length === 0) return [];
  const rows = vms.slice(0, MOST_ROWS).map((vm) => [vm.name, vm.wave, vm.step, ...cells(vm)]);
  const more = vms.length <= MOST_ROWS ? '' : `\nand ${vms.length - MOST_ROWS} more`;
  return [`${title}:\n${table(...filled(['VM', 'WAVE', 'STEP', ...head], rows))}${more}`];
}

/** Those that have been on their step for longest first. */
const byStep = (vms: VmReport[]): VmReport[] =>
  vms.toSorted((a, b) => (a.stepSince ?? '9').localeCompare(b.stepSince ?? '9'));

const since = (at: string | null | undefined): string => (at == null ? '' : inWords(between(at, null)));

/** `30 succeeded, 7 waiting (5 waiting for approval, 2 waiting for capacity)`. */
function restText(vms: VmReport[]): string {
  const counts = new Map<string, VmReport[]>();
  for (const vm of vms) {
    const what = isMovedBefore(vm) ? 'moved by an earlier run' : vm.state;
    counts.set(what, [...(counts.get(what) ?? []), vm]);
  }
  const parts = [...counts].map(([what, all]) => {
    const doing = what === 'waiting' ? activity(all) : '';
    return `${allVmsIn(all)} ${what}${doing === '' ? '' : ` (${doing})`}`;
  });
  return parts.join(', ') || 'none';
}
