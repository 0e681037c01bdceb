import pc from 'picocolors';
import { advised } from '../../client/advised.js';
import { causeOf } from '../../client/same-cause.js';
import { plural } from '../../client/words.js';
import type { RunReport, VmReport } from '../../contract/report.js';
import { listed } from '../../contract/words.js';
import { drillBlocks } from '../text/drill-text.js';
import type { Colors } from '../text/output.js';
import { failuresText, headline, outage, totalsLine, vmsTable, wavesTable } from '../text/run-text.js';

const PLAIN = pc.createColors(false);

/** A page for people: what happened, wave by wave, what failed and what to do about it, and how long each VM was down. */
export function textReport(report: RunReport, colors: Colors = PLAIN): string {
  const hasFailed = report.vms.some(({ error }) => error !== null);
  return [
    headline(report, colors),
    totalsLine(report.totals),
    ...(report.pausedBecause === null
      ? []
      : [`Paused: ${advised({ message: report.pausedBecause, advice: report.pausedAdvice })}`]),
    ...(report.drill === null ? [] : drillBlocks(report, report.drill, colors)),
    wavesTable(report),
    ...(hasFailed ? [failuresText(report, colors)] : []),
    ...warned(report.vms),
    ...noted(report.vms),
    ...(isCutOver(report) ? [outages(report.vms)] : []),
    vmsTable(report, colors),
  ].join('\n\n');
}

/** Whether VMs go down in a run of this kind. */
function isCutOver({ kind, vms }: RunReport): boolean {
  return kind === 'migrate' || kind === 'failback' || vms.some(({ outageSeconds }) => outageSeconds !== null);
}

/** What tasks warned of, once for all VMs of which they warned alike. */
function warned(vms: VmReport[]): string[] {
  const alike = new Map<string, string[]>();
  for (const { name, operations } of vms) {
    for (const { kind, warnings = [] } of operations) {
      for (const { code, message } of warnings) {
        const text = `The ${kind} warned: ${code}: ${message}`;
        alike.set(text, [...(alike.get(text) ?? []), name]);
      }
    }
  }
  return alike.size === 0 ? [] : [[...alike].map(([text, names]) => `${text} (${listed(names)})`).join('\n')];
}

/** What a person should know of a VM though nothing of it failed, once for all VMs of which the same is said. */
function noted(vms: VmReport[]): string[] {
  const alike = new Map<string, { text: string; names: string[] }>();
  for (const vm of vms) {
    for (const text of vm.notes ?? []) {
      const cause = causeOf(text, vm);
      const group = alike.get(cause) ?? { text, names: [] };
      alike.set(cause, { ...group, names: [...group.names, vm.name] });
    }
  }
  const lines = [...alike.values()].map(({ text, names }) => `  ${listed(names)}: ${text}`);
  return lines.length === 0 ? [] : [['To know:', ...lines].join('\n')];
}

/** Bounds, and VMs that nothing has brought up again. */
function outages(vms: VmReport[]): string {
  const cut = vms
    .filter((vm) => vm.outageSeconds !== null)
    .sort((a, b) => (a.outageSeconds ?? 0) - (b.outageSeconds ?? 0));
  const down = vms.filter(({ downSince }) => downSince != null);
  const open = down.map((vm) => `${vm.name} ${outage(vm)}`).join(', ');
  const still = down.length === 0 ? '' : ` ${plural(down.length, 'VM')} may be down: ${open}.`;
  const longest = cut.at(-1);
  const [shortest, middle] = [cut[0], cut[Math.floor((cut.length - 1) / 2)]];
  if (shortest === undefined || middle === undefined || longest === undefined) {
    return `Outage: no VM was brought up at the other site.${still}`;
  }
  return `Outage of ${plural(cut.length, 'VM')}: shortest ${outage(shortest)}, median ${outage(middle)}, longest ${outage(longest)} (${longest.name}).${still}`;
}
