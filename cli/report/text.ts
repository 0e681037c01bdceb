import pc from 'picocolors';
import { advised } from '../../client/advised.js';
import { cutoversCompared } from '../../client/forecast.js';
import { plural } from '../../client/words.js';
import { isMovedBefore } from '../../contract/codes.js';
import type { RunReport, VmReport } from '../../contract/report.js';
import { listed } from '../../contract/words.js';
import { drillBlocks } from '../text/drill-text.js';
import type { Colors } from '../text/output.js';
import { failuresText, headline, movedBeforeText, outage, totalsLine, vmsTable, wavesTable } from '../text/run-text.js';
import { actsText } from './acts.js';
import { notedAlike, outagesOf, threeOf, warnedAlike } from './alike.js';
import { cutoverRows } from './rows.js';

const PLAIN = pc.createColors(false);

/** A page for people: what happened, wave by wave, what failed and what to do about it, and how long each VM was down. */
export function textReport(report: RunReport, colors: Colors = PLAIN): string {
  const { vms, totals } = report;
  return [
    headline(report, colors),
    totalsLine(totals, vms.filter(isMovedBefore).length),
    ...(report.pausedBecause === null
      ? []
      : [`Paused: ${advised({ message: report.pausedBecause, advice: report.pausedAdvice })}`]),
    ...(report.drill === null ? [] : drillBlocks(report, report.drill, colors)),
    wavesTable(report),
    ...failuresText(report, colors),
    ...movedBeforeText(vms),
    ...warned(report),
    ...noted(report.vms),
    ...actsText(report.acts),
    ...(isCutOver(report) ? [outages(report.vms)] : []),
    ...cutoverRows(cutoversCompared(report)).map(([name, value]) => `${capital(name)}: ${value}.`),
    ...leftOut(report.vms),
    vmsTable(report, colors),
  ].join('\n\n');
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Of a large run, while the store does not answer. */
function leftOut(vms: VmReport[]): string[] {
  const cut = vms.filter((vm) => vm.cut !== undefined).length;
  if (cut === 0) return [];
  return [
    `Of ${plural(cut, 'VM')} the store alone has all that was done, and it does not answer. Next: drover doctor.`,
  ];
}

/** Whether VMs go down in a run of this kind. */
function isCutOver({ kind, vms }: RunReport): boolean {
  return kind === 'migrate' || kind === 'failback' || vms.some(({ outageSeconds }) => outageSeconds !== null);
}

/** What tasks and hooks warned of, once for all VMs of which they warned alike. */
function warned(report: RunReport): string[] {
  const lines = warnedAlike(report).map(({ text, vms }) => `${text}${vms.length === 0 ? '' : ` (${named(vms)})`}`);
  return lines.length === 0 ? [] : [lines.join('\n')];
}

/** What a person should know of a VM though nothing of it failed, once for all VMs of which the same is said. */
function noted(vms: VmReport[]): string[] {
  const lines = notedAlike(vms).map(({ text, vms: its }) => `  ${named(its)}: ${text}`);
  return lines.length === 0 ? [] : [['To know:', ...lines].join('\n')];
}

const named = (vms: VmReport[]): string => listed(vms.map(({ name }) => name));

/** Bounds, and VMs that nothing has brought up again. */
function outages(vms: VmReport[]): string {
  const { cut, down } = outagesOf(vms);
  const open = down.map((vm) => `${vm.name} ${outage(vm)}`).join(', ');
  const still = down.length === 0 ? '' : ` ${plural(down.length, 'VM')} may be down: ${open}.`;
  const three = threeOf(cut);
  if (three === null) return `Outage: no VM was brought up at the other site.${still}`;
  const [shortest, median, longest] = three;
  return `Outage of ${plural(cut.length, 'VM')}: shortest ${outage(shortest)}, median ${outage(median)}, longest ${outage(longest)} (${longest.name}).${still}`;
}
