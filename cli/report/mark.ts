/** How a file begins and ends, beyond what the text itself has. */
import type { ReportFormat } from './index.js';

/** Spreadsheets take a CSV for UTF-8 by it alone [Excel]. */
const BYTE_ORDER_MARK = '\ufeff';

/** The pieces with what a file of the format begins with, and with an end of its last line. */
export function* withMark(pieces: Iterable<string>, format: ReportFormat): Generator<string> {
  if (format === 'csv') yield BYTE_ORDER_MARK;
  let last = '';
  for (const piece of pieces) {
    yield piece;
    last = piece === '' ? last : piece;
  }
  if (!last.endsWith('\n')) yield '\n';
}
