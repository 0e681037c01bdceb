/** The report for people (a table) and for programs (one JSON document). */
import Table from 'cli-table3';
import { passes, type Report, type Row, totals } from './run.js';

const SEEN_WIDTH = 44;
const TITLE_WIDTH = 62;

export function tableOf(report: Report): string {
  const table = new Table({
    head: ['case', 'statement', 'source', 'result', 'seen'],
    colWidths: [null, TITLE_WIDTH, 30, null, SEEN_WIDTH],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  let family = '';
  for (const row of report.rows) {
    if (row.family !== family) {
      family = row.family;
      table.push([{ colSpan: 5, content: family }]);
    }
    table.push([row.id.slice(family.length + 1), row.title, row.source, row.verdict, seen(row)]);
  }
  return table.toString();
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
