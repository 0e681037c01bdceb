/** The error table as docs/error-codes.md shows it. */
import type { CallAction, ErrorRow, RetryTimes, TaskAction } from './error-table.js';

export const BEGIN =
  '<!-- generated from vcda/errors/error-table.ts; UPDATE_DOCS=1 npm test -- test/vcda/error-codes-page -->';
export const END = '<!-- end of the generated table -->';

const HEADINGS = [
  'Code or status',
  'Meaning',
  'As the answer to a call',
  'As the end of a task',
  'What you do',
  'Known from',
];

const CALL: Record<CallAction, string> = {
  retry: 'try again',
  login: 'log in again',
  extend: 'extend again',
  hold: '**hold**',
  fail: 'VM fails',
};

const TASK: Record<TaskAction, string> = { retry: 'do the step again', hold: '**hold**', fail: 'VM fails' };

/** A Markdown table, one line a row. */
export function renderErrorTable(rows: readonly ErrorRow[]): string {
  const lines = rows.map(({ key, meaning, call, retry, task, advice, source }) => {
    const times = call === 'fail' || call === 'hold' ? '' : `; ${timesOf(retry)}`;
    return [`\`${key}\``, meaning, `${CALL[call]}${times}`, TASK[task], advice, source];
  });
  return [HEADINGS, HEADINGS.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.map(escape).join(' | ')} |`)
    .join('\n');
}

/** The page with the table between its two marks made anew. @throws RangeError when a mark is missing */
export function withErrorTable(page: string, rows: readonly ErrorRow[]): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new RangeError('the page has no place for the table');
  return `${page.slice(0, begin)}${BEGIN}\n${renderErrorTable(rows)}\n${page.slice(end)}`;
}

const timesOf = ({ initial, max, for: limit }: RetryTimes): string =>
  `${duration(initial)} to ${duration(max)}, for ${duration(limit)}`;

function duration(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms % 60_000 === 0) return `${ms / 60_000} min`;
  return `${ms / 1_000} s`;
}

const escape = (text: string): string => text.replaceAll('|', '\\|');
