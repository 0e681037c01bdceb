import { dirname, isAbsolute, join } from 'node:path';
import { vmRow } from './plan-schema.js';
import { check, oneOf, quote } from './source/check.js';
import { parseCsv } from './source/csv-source.js';
import { didYouMean } from './source/nearest.js';
import type { Position, Problem } from './source/problem.js';
import { readText } from './source/read-text.js';
import { entryAt, type VmEntry } from './vm-entry.js';

const COLUMNS = ['wave', 'id', 'name', 'after', 'vdc', 'storageProfile', 'replicationId', 'address'];
const REQUIRED = ['id', 'name'];

export interface CsvEntry extends VmEntry {
  wave: string | undefined;
}

/**
 * Reads a CSV of VMs that a plan names; its path is relative to the plan. Problems of the CSV carry the CSV's own name,
 * line and column; that it cannot be read is a problem of the plan, at `named`.
 */
export function entriesOfCsv(plan: string, csv: string, named: Position, problems: Problem[]): CsvEntry[] {
  const file = isAbsolute(csv) ? csv : join(dirname(plan), csv);
  const read = readText(file);
  if ('reason' in read) {
    problems.push({ file: plan, ...named, message: `the CSV file ${file} ${read.reason}` });
    return [];
  }
  const table = parseCsv(file, read.text, COLUMNS, problems);
  if (!table || !headerIsGood(file, table.columns, problems)) return [];
  if (table.rows.length === 0) {
    problems.push({ file, line: 1, column: 1, message: 'the file names no VMs', expected: 'a row for each VM' });
  }
  return table.rows.flatMap(({ source, position, cells }) => {
    const { wave, ...row } = source.value as Record<string, string>;
    if (cells !== table.columns.length) {
      const message = `the row has ${cells} cells`;
      problems.push({ file, ...position, message, expected: `${table.columns.length}, as the header has` });
      return [{ ...entryAt(source, [], undefined), wave }];
    }
    const vm = check(vmRow, { ...source, value: row, written: row }, [], problems);
    return [{ ...entryAt(source, [], vm), wave }];
  });
}

function headerIsGood(file: string, columns: { name: string; position: Position }[], problems: Problem[]): boolean {
  const before = problems.length;
  const names = columns.map(({ name }) => name);
  for (const [index, { name, position }] of columns.entries()) {
    if (!COLUMNS.includes(name)) {
      problems.push({
        file,
        ...position,
        message: name === '' ? 'a column without a name has cells' : `unknown column ${quote(name)}`,
        expected: oneOf(COLUMNS),
        ...didYouMean(name, COLUMNS),
      });
    } else if (names.indexOf(name) < index) {
      problems.push({ file, ...position, message: `the column ${quote(name)} is there twice` });
    }
  }
  for (const name of REQUIRED.filter((required) => !names.includes(required))) {
    const expected = `a header such as ${COLUMNS.join(',')}`;
    problems.push({ file, line: 1, column: 1, message: `the column ${quote(name)} is missing`, expected });
  }
  return problems.length === before;
}
