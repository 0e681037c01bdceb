/** The report for people (a table) and for programs (one JSON document). */
import Table from 'cli-table3';
import { passes, type Report, type Row, totals } from './run.js';

const plain = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' };
const sides = { 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '' };

/** Without frames, as Drover's other tables; what was seen comes before the statement, for people look there first. */
export function tableOf(report: Report): string {
  const table = new Table({
    head: ['CASE', 'RESULT', 'SEEN', 'STATEMENT', 'SOURCE'],
    chars: { ...plain, ...sides, right: '', 'right-mid': '', middle: '  ' },
    colWidths: [null, null, 34, 64, 34],
    wordWrap: true,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of report.rows) table.push([row.id, row.verdict, seen(row), row.title, row.source]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function seen(row: Row): string {
  return row.verdict === 'otherwise' ? `${row.seen} (assumed: ${row.assumes})` : row.seen;
}

export function summary(report: Report): string {
  const documented = totals(report.rows.filter(({ kind }) => kind === 'documented'));
  const assumed = totals(report.rows.filter(({ kind }) => kind === 'assumed'));
  return [
    ...report.notes,
    `documented: ${documented.conforms} conform, ${documented.differs} differ, ${documented['not checked']} not checked`,
    `assumed: ${assumed['as assumed']} as assumed, ${assumed.otherwise} otherwise, ${assumed['not checked']} not checked`,
  ].join('\n');
}

export function jsonOf(report: Report): string {
  const { target, mode, notes, rows } = report;
  return JSON.stringify({ target, mode, passes: passes(report), totals: totals(rows), notes, cases: rows }, null, 2);
}
