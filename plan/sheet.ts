/** A sheet of VMs that people have, such as an export of RVTools: its rows, by the columns that a person has said to mean something. */
import { quote } from './source/check.js';
import { parseCsv } from './source/csv-source.js';
import { didYouMean } from './source/nearest.js';
import { type Place, type Problem, throwProblems } from './source/problem.js';
import { problemOf, readText } from './source/read-text.js';

/** What a column of a sheet may be said to be. */
export const SHEET_KEYS = ['name', 'id', 'wave'] as const;
export type SheetKey = (typeof SHEET_KEYS)[number];

/** Which column is what: `{ name: 'VM', wave: 'Wave' }`. */
export type SheetMap = Partial<Record<SheetKey, string>>;

export interface SheetRow {
  place: Place;
  name: string | null;
  id: string | null;
  wave: string | null;
}

/** Of a plan; a sheet may have rows of VMs that it does not mean. */
const MOST_ROWS = 100_000;

/** @throws BadInput with every problem at once */
export function loadSheet(file: string, map: SheetMap): SheetRow[] {
  const problems: Problem[] = [];
  const rows = read(file, map, problems);
  throwProblems(problems, file);
  return rows;
}

function read(file: string, map: SheetMap, problems: Problem[]): SheetRow[] {
  const text = readText(file);
  if ('reason' in text) {
    problems.push(problemOf(file, 'the sheet', text));
    return [];
  }
  const wanted = Object.values(map);
  const table = parseCsv(file, text.text, wanted, problems);
  if (table === undefined) return [];
  const names = table.columns.map(({ name }) => name);
  for (const [key, column] of Object.entries(map)) {
    const found = table.columns.filter(({ name }) => name === column);
    if (found.length === 0)
      problems.push({
        file,
        line: 1,
        column: 1,
        message: `the sheet has no column ${quote(column)}, which is to be the ${key}`,
        expected: `one of ${names.slice(0, 20).map(quote).join(', ')}`,
        ...(names.length === 1
          ? { hint: 'its cells are separated by neither comma, semicolon nor tab' }
          : didYouMean(column, names)),
      });
    const [, second] = found;
    if (second !== undefined) problems.push({ ...second.place, message: `the column ${quote(column)} is there twice` });
  }
  if (problems.length > 0) return [];
  if (table.rows.length > MOST_ROWS) {
    problems.push({
      file,
      line: 1,
      column: 1,
      message: `the sheet has ${table.rows.length} rows`,
      expected: `at most ${MOST_ROWS}`,
    });
    return [];
  }
  return table.rows.map(({ source, place }) => {
    const cells = source.value as Record<string, string>;
    const cell = (key: SheetKey): string | null => (map[key] === undefined ? null : (cells[map[key]] ?? null));
    return { place, name: cell('name'), id: cell('id'), wave: cell('wave') };
  });
}
