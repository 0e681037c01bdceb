import { dirname, isAbsolute, join } from 'node:path';
import { hasTooMany } from './most-vms.js';
import { check, oneOf, quote, shortened } from './source/check.js';
import { parseCsv } from './source/csv-source.js';
import { didYouMean } from './source/nearest.js';
import type { Place, Problem } from './source/problem.js';
import { problemOf, readText } from './source/read-text.js';
import type { Path, Source } from './source/yaml-document.js';
import { entryAt, type VmEntry } from './vm-entry.js';
import { vmColumns, vmRow } from './vm-schema.js';

const COLUMNS = Object.keys(vmColumns);
/** By one of them a row says which VM it is. */
const CALLED = ['id', 'name'];

export interface CsvEntry extends VmEntry {
  wave: string | undefined;
}

/**
 * Reads a CSV of VMs that a plan or drill names at a path; it is relative to that file. Problems of the CSV carry the CSV's own
 * name, line and column; that it cannot be read is a problem of the plan, unless a place in the CSV shows why.
 */
export function entriesOfCsv(plan: Source, csv: string, named: Path, problems: Problem[]): CsvEntry[] {
  const file = isAbsolute(csv) ? csv : join(dirname(plan.file), csv);
  const read = readText(file);
  if ('reason' in read) {
    const inFile = problemOf(file, 'the file', read);
    problems.push(
      read.at ? inFile : { ...plan.at(named), message: `the CSV file ${shortened(file, 300)} ${read.reason}` },
    );
    return [];
  }
  const table = parseCsv(file, read.text, COLUMNS, problems);
  if (!table || !namesVms(file, table.columns, problems)) return [];
  const hidden = isOthers(table.columns);
  if (table.rows.length === 0) {
    problems.push({ file, line: 1, column: 1, message: 'the file names no VMs', expected: 'a row for each VM' });
  }
  if (hasTooMany(table.rows.length, { file, line: 1, column: 1 }, problems)) return [];
  const entries = table.rows.map(({ source, place, cells }) => {
    const row = { ...source, value: withoutUnknown(source.value as Record<string, string>) };
    const { wave } = row.value;
    if (cells !== table.columns.length) {
      const message = `the row has ${cells} cells`;
      problems.push({ ...place, message, expected: `${table.columns.length}, as the header has` });
      return { ...entryAt(row, [], undefined), wave };
    }
    return { ...entryAt(row, [], check(vmRow, row, [], problems, { hidden: () => hidden })), wave };
  });
  return hidden ? [] : entries;
}

/** A column that is none of ours, nor like one: the table may be anybody's, and what stands in it is for nobody's eyes. */
const isOthers = (columns: { name: string }[]): boolean =>
  columns.some(({ name }) => name !== '' && !COLUMNS.includes(name) && didYouMean(name, COLUMNS).hint === undefined);

/** Said once, of the header, and not of each row. */
const withoutUnknown = (row: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(row).filter(([column]) => COLUMNS.includes(column)));

/** Whether the rows can be read; what else is wrong with the header hides nothing of them. */
function namesVms(file: string, columns: { name: string; place: Place }[], problems: Problem[]): boolean {
  const names = columns.map(({ name }) => name);
  if (!CALLED.some((one) => names.includes(one))) {
    // A file without them is perhaps no table of VMs at all, and nothing of it is quoted.
    const expected = `a header such as ${COLUMNS.join(',')}`;
    problems.push({
      file,
      line: 1,
      column: 1,
      message: `the columns ${quote('id')} and ${quote('name')} are missing`,
      expected,
    });
    return false;
  }
  for (const [index, { name, place }] of columns.entries()) {
    if (!COLUMNS.includes(name)) {
      problems.push({
        ...place,
        message: name === '' ? 'a column without a name has cells' : `unknown column ${quote(name)}`,
        expected: oneOf(COLUMNS),
        ...didYouMean(name, COLUMNS),
      });
    } else if (names.indexOf(name) < index) {
      problems.push({ ...place, message: `the column ${quote(name)} is there twice` });
    }
  }
  return true;
}
