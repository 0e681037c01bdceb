import type { LiveReport } from '../../client/live-report.js';
import { drillBlocks } from './drill-text.js';
import type { Colors } from './output.js';
import { attentionText, failuresText, headline, totalsLine, vmsTable, wavesTable } from './run-text.js';

/** A run as it is now, what a person must do first. */
export function showText(report: LiveReport, colors: Colors): string {
  return [
    headline(report, colors),
    totalsLine(report.totals),
    ...(report.attention.length === 0 ? [] : [attentionText(report.attention, colors)]),
    ...(report.drill === null ? [] : drillBlocks(report, report.drill, colors)),
    wavesTable(report),
    ...(report.vms.some(({ error }) => error !== null) ? [failuresText(report, colors)] : []),
    vmsTable(report, colors),
  ].join('\n\n');
}
