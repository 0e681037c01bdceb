import Table from 'cli-table3';
import stringWidth from 'string-width';

/** cli-table3 compares each row with all before it (0.6.5), so that 10,000 at once take ten seconds. */
const ROWS_AT_ONCE = 200;

/** A table without frames, for terminals and files alike; widths follow the contents. */
export function table(head: string[], rows: string[][]): string {
  if (rows.length <= ROWS_AT_ONCE) return laidOut(head, rows);
  const columns = Array.from({ length: rows[0]?.length ?? 0 }, (_, column) => column);
  const widths = columns.map((column) =>
    [head, ...rows].reduce((widest, row) => Math.max(widest, stringWidth(row[column] ?? '')), 0),
  );
  const blocks = [];
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    blocks.push(laidOut(at === 0 ? head : [], rows.slice(at, at + ROWS_AT_ONCE), widths));
  }
  return blocks.join('\n');
}

/** @param widths of the columns; absent: as the contents have it */
function laidOut(head: string[], rows: string[][], widths?: number[]): string {
  const plain = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' };
  const sides = { 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '' };
  const built = new Table({
    head,
    chars: { ...plain, ...sides, right: '', 'right-mid': '', middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    ...(widths === undefined ? {} : { colWidths: widths }),
  });
  built.push(...rows);
  return built
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
