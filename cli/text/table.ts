import Table from 'cli-table3';

/** A table without frames, for terminals and files alike; widths follow the contents. */
export function table(head: string[], rows: string[][]): string {
  const plain = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' };
  const sides = { 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '' };
  const built = new Table({
    head,
    chars: { ...plain, ...sides, right: '', 'right-mid': '', middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  built.push(...rows);
  return built
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
