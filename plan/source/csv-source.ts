import { CsvError, parse } from 'csv-parse/sync';
import { oneOf } from './check.js';
import { unguarded } from './formula.js';
import type { Place, Problem } from './problem.js';
import { withoutStacks } from './without-stacks.js';
import type { Source } from './yaml-document.js';

/** A CSV with a header line: its columns, and every row as a Source whose value maps columns to cells, empty cells left out. */
export interface CsvTable {
  columns: { name: string; place: Place }[];
  rows: { source: Source; place: Place; cells: number }[];
}

interface Cell {
  text: string;
  place: Place;
}

/** A file with more of them is no table. */
const MOST_SHORT = 1_000;
/** Twice as many as a run may have VMs. */
const MOST_ROWS = 100_000;
/** As wide as a spreadsheet can be, most of it empty. */
const WIDEST = 16_384;
/** Sheets have columns of their own, but not so many. */
const MOST_COLUMNS = 200;

/**
 * Splits a CSV into cells that know their line and column; undefined after adding the problem that stops the reading. Commas,
 * semicolons and tabs are told from the header.
 *
 * @param known the columns that a reader may expect: `Storage Profile` or `STORAGEPROFILE` is taken for `storageProfile`
 */
export function parseCsv(
  file: string,
  text: string,
  known: readonly string[],
  problems: Problem[],
): CsvTable | undefined {
  const { delimiter, body } = dialectOf(text);
  const places = new BytePlaces(file, body);
  const records: Cell[][] = [];
  // End of the cell read last, which is where the next one begins but for its delimiter.
  let end = -1;
  let short = 0;
  try {
    withoutStacks(() =>
      parse(body, {
        delimiter,
        // All of them: else the first of a file decides, and files are put together of those of several systems.
        record_delimiter: ['\r\n', '\n', '\r'],
        relax_column_count: true,
        skip_empty_lines: true,
        trim: true,
        cast: (value, context) => {
          const first = context.index === 0;
          const start = places.skip(end + (end >= 0 && !first ? 1 : 0), first);
          if (first) {
            short += isShort(records) ? 1 : 0;
            if (short > MOST_SHORT) throw new TooMuch(`more than ${MOST_SHORT} rows have fewer cells than the header`);
            if (records.length > MOST_ROWS) throw new TooMuch(`the file has more than ${MOST_ROWS} rows`);
            records.push([]);
          }
          if (context.index === WIDEST) throw new TooMuch(`the file has more than ${WIDEST} columns`);
          records.at(-1)?.push({ text: unguarded(value.trim()), place: places.at(start) });
          end = context.bytes;
          return value;
        },
      }),
    );
  } catch (error) {
    if (error instanceof TooMuch) {
      problems.push({ file, line: 1, column: 1, message: error.message, expected: 'a table of VMs' });
      return undefined;
    }
    if (!(error instanceof CsvError)) throw error;
    const message = WORDS[error.code] ?? 'text that is not CSV';
    problems.push({ ...places.at(places.skip(end + 1, true)), message });
    return undefined;
  }
  // A spreadsheet keeps rows and columns that were once in use: a row whose cells are all empty is none.
  const [header, ...rows] = records.filter((cells) => cells.some((cell) => cell.text !== ''));
  if (!header) {
    problems.push({
      file,
      line: 1,
      column: 1,
      message: 'the file is empty',
      expected: 'a header line such as id,name',
    });
    return undefined;
  }
  // Nor is a column that has neither a header nor cells.
  const used = rows.reduce((most, cells) => Math.max(most, lastUsed(cells)), lastUsed(header));
  if (used > MOST_COLUMNS) {
    problems.push({ file, line: 1, column: 1, message: `the file has ${used} columns`, expected: oneOf(known) });
    return undefined;
  }
  const columns = header.slice(0, used).map(({ text: written, place }) => {
    const name = known.find((column) => squeezed(column) === squeezed(written)) ?? written;
    return { name, place };
  });
  return { columns, rows: rows.map((cells) => rowSource(file, columns, withoutEmptyEnd(cells, columns.length))) };
}

const lastUsed = (cells: Cell[]): number => cells.findLastIndex((cell) => cell.text !== '') + 1;

/** Whether the last of them is: each is a mistake, and an error of the library that costs much. */
function isShort(records: Cell[][]): boolean {
  const [header, last] = [records[0], records.at(-1)];
  return header !== undefined && last !== undefined && last.length < lastUsed(header);
}

class TooMuch extends Error {}

const squeezed = (header: string): string => header.replace(/[\s_-]/g, '').toLowerCase();

function withoutEmptyEnd(cells: Cell[], columns: number): Cell[] {
  const last = cells.findLastIndex((cell) => cell.text !== '');
  return cells.slice(0, Math.max(columns, last + 1));
}

/** What separates cells, most usual first: the comma, and what spreadsheets write where the comma is a decimal sign. */
const DELIMITERS = [',', ';', '\t'] as const;

/** A line with its quoted cells, which may have line breaks of their own. */
const LINE = /^(?:"[^"]*(?:""[^"]*)*"|[^\r\n])*/;

/**
 * The delimiter, from a line `sep=;` (spreadsheets write and read it) or else from the header, and the text without such
 * lines and without PowerShell's `#TYPE …` line. Their line ends stay, so that all else keeps its place in the file.
 */
function dialectOf(text: string): { delimiter: string; body: string } {
  let delimiter: string | null = null;
  let body = text;
  // There is one of each at most: of more, the next is the header, which it then cannot be.
  for (let before = 0; ; before += 1) {
    const blanks = /^\s*/.exec(body)?.[0] ?? '';
    const rest = body.slice(blanks.length);
    const line = LINE.exec(rest)?.[0] ?? '';
    // Saved anew by a spreadsheet, it is filled up to the width of the table.
    const sep = /^"?sep=(.)"?\1*$/i.exec(line);
    if (before === 2 || (sep === null && !/^"?#TYPE\b/i.test(line)))
      return { delimiter: delimiter ?? delimiterIn(line), body };
    delimiter = sep?.[1] ?? delimiter;
    body = blanks + rest.slice(line.length);
  }
}

function delimiterIn(header: string): string {
  const unquoted = header.replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  return DELIMITERS.reduce<string>((best, one) => (count(one) > count(best) ? one : best), ',');
}

function rowSource(file: string, columns: CsvTable['columns'], cells: Cell[]): CsvTable['rows'][number] {
  const filled = columns.flatMap(({ name }, index) => (cells[index]?.text ? [[name, cells[index].text] as const] : []));
  const value = Object.fromEntries(filled);
  const start = cells[0]?.place ?? { file, line: 1, column: 1 };
  const at = ([column]: readonly (string | number)[]) =>
    cells[columns.findIndex(({ name }) => name === column)]?.place ?? start;
  return {
    source: { file, whole: 'the row', value, written: value, at, atKey: at },
    place: start,
    cells: cells.length,
  };
}

const [TAB, LF, CR, SPACE] = [9, 10, 13, 32];

/** Places of byte offsets, which is how csv-parse says where it is. */
class BytePlaces {
  readonly #file: string;
  readonly #bytes: Buffer;
  readonly #lineStarts = [0];
  #line = 0;
  /** offset of the last place, and what stands before it in its line */
  #counted = 0;
  #column = 0;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#bytes = Buffer.from(text);
    for (const [at, byte] of this.#bytes.entries()) {
      // A line ends with LF, CR LF, or (old spreadsheets) CR alone.
      if (byte === LF || (byte === CR && this.#bytes[at + 1] !== LF)) this.#lineStarts.push(at + 1);
    }
  }

  /** Moves over blanks, and over line ends where a record begins. */
  skip(from: number, overLines: boolean): number {
    let offset = Math.max(from, 0);
    const blank = (byte: number | undefined) =>
      byte === SPACE || byte === TAB || (overLines && (byte === LF || byte === CR));
    while (blank(this.#bytes[offset])) offset += 1;
    return offset;
  }

  /** Offsets must not go back, so that a whole file is read in one pass. */
  at(offset: number): Place {
    while ((this.#lineStarts[this.#line + 1] ?? Number.POSITIVE_INFINITY) <= offset) this.#line += 1;
    const start = this.#lineStarts[this.#line] ?? 0;
    // Only what has come since the last place is counted: a line may have as many cells as the file has bytes.
    if (this.#counted < start) [this.#counted, this.#column] = [start, 0];
    this.#column += this.#bytes.subarray(this.#counted, offset).toString().length;
    this.#counted = Math.max(this.#counted, offset);
    return { file: this.#file, line: this.#line + 1, column: this.#column + 1 };
  }
}

const WORDS: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened here and never closed',
  INVALID_OPENING_QUOTE: 'a quote inside a cell; put the whole cell in quotes and double the ones inside',
  CSV_INVALID_CLOSING_QUOTE: 'text after the closing quote of a cell; double the quotes inside a quoted cell',
};
