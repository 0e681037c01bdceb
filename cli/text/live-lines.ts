/** The block that a terminal shows of a run that goes on: as much as fits, the most telling first. */

import { advised } from '../../client/advised.js';
import type { LiveReport } from '../../client/live-report.js';
import { between } from '../../client/words.js';
import { totalsOf, type VmReport } from '../../contract/report.js';
import { inWords } from '../../contract/words.js';
import { forecastLine } from './forecast-text.js';
import type { Colors } from './output.js';
import { activity, byWave, colored, totalsLine } from './run-text.js';

export interface Screen {
  columns: number;
  rows: number;
  colors: Colors;
}

const BAR = 30;
/** rows that stay free, for the prompt and what was said above */
const SPARE = 2;

export function liveLines(report: LiveReport | null, trouble: string | null, screen: Screen): string[] {
  const { colors, columns, rows } = screen;
  const alert = trouble === null ? [] : [colors.yellow(cut(`! ${trouble}`, columns))];
  if (report === null) {
    return alert;
  }
  const elapsed = inWords(between(report.startedAt, report.finishedAt));
  const left = forecastLine(report.forecast);
  const lines = [
    `${colors.bold(report.run)}  ${colored(report.state, colors)}  ${phase(report)}${elapsed}`,
    `${bar(report, colors)}  ${totalsLine(report.totals)}`,
    ...(left === '' ? [] : [cut(left, columns)]),
    ...waveLines(report, screen),
    ...alert,
    ...report.attention.flatMap(({ message, next }) => [
      colors.yellow(cut(`! ${message}`, columns)),
      ...(next === null ? [] : [cut(`  next: ${next}`, columns)]),
    ]),
  ];
  const room = Math.max(0, rows - SPARE - lines.length);
  return [...lines, ...failures(report.vms, room, screen)].slice(0, Math.max(1, rows - SPARE));
}

/** Where a drill that goes on is. */
function phase({ drill, finishedAt }: LiveReport): string {
  return drill === null || finishedAt !== null ? '' : `${drill.phase}  `;
}

function waveLines({ vms }: LiveReport, { columns, rows }: Screen): string[] {
  const lines = [...byWave(vms)].map(([wave, members]) => {
    const { vms: all, succeeded } = totalsOf(members);
    return cut(`  ${wave}  ${succeeded}/${all}  ${activity(members)}`, columns);
  });
  const fits = Math.max(3, rows - 10);
  return lines.length <= fits ? lines : [...lines.slice(0, fits), `  and ${lines.length - fits} more waves`];
}

function failures(vms: VmReport[], room: number, { columns, colors }: Screen): string[] {
  const failed = vms.filter(({ state }) => state === 'failed');
  return failed
    .slice(failed.length - Math.min(room, failed.length))
    .map(({ name, error }) =>
      colors.red(cut(`  ${name}: ${error?.code ?? 'failed'}: ${error ? advised(error) : ''}`, columns)),
    );
}

function bar({ totals }: LiveReport, colors: Colors): string {
  const share = (count: number): number => (totals.vms === 0 ? 0 : Math.round((count / totals.vms) * BAR));
  const done = share(totals.succeeded);
  const bad = Math.min(BAR - done, share(totals.failed + totals.cancelled + totals.skipped));
  return `${colors.green('#'.repeat(done))}${colors.red('x'.repeat(bad))}${colors.dim('.'.repeat(BAR - done - bad))}`;
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(1, columns - 1))}…`;
}
