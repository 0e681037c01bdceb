import pc from 'picocolors';
import { advised } from '../../client/advised.js';
import { plural } from '../../client/words.js';
import type { RunReport, VmReport } from '../../contract/report.js';
import { drillBlocks } from '../text/drill-text.js';
import type { Colors } from '../text/output.js';
import { headline, outage, placeOf, totalsLine, vmsTable, wavesTable } from '../text/run-text.js';

const PLAIN = pc.createColors(false);

/** A page for people: what happened, wave by wave, what failed and what to do about it, and how long each VM was down. */
export function textReport(report: RunReport, colors: Colors = PLAIN): string {
  const failed = report.vms.filter(({ error }) => error !== null);
  return [
    headline(report, colors),
    totalsLine(report.totals),
    ...(report.pausedBecause === null
      ? []
      : [`Paused: ${advised({ message: report.pausedBecause, advice: report.pausedAdvice })}`]),
    ...(report.drill === null ? [] : drillBlocks(report, report.drill, colors)),
    wavesTable(report),
    ...(failed.length === 0 ? [] : [failures(report, failed, colors)]),
    ...(isCutOver(report) ? [outages(report.vms)] : []),
    vmsTable({ ...report, vms: report.vms.map((vm) => ({ ...vm, error: null })) }, colors),
  ].join('\n\n');
}

/** Whether VMs go down in a run of this kind. */
function isCutOver({ kind, vms }: RunReport): boolean {
  return kind === 'migrate' || kind === 'failback' || vms.some(({ outageSeconds }) => outageSeconds !== null);
}

function failures({ drill }: RunReport, vms: VmReport[], colors: Colors): string {
  const entries = vms.flatMap(({ name, id, wave, step, error }) => {
    if (error === null) return [];
    const details = [`${drill === null ? 'wave' : 'group'} ${wave}`, `step ${step}`, ...placeOf(error)].join(', ');
    return [`${colors.red(name)} (${id})\n  ${details}\n  ${error.code}: ${advised(error)}`];
  });
  return [`${plural(vms.length, 'VM')} with an error:`, ...entries].join('\n\n');
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
