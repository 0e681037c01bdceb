/** What a spreadsheet would execute in a cell of a CSV: names are what sites and tenants call their VMs. */

/** Behind a semicolon or a tab as well, which end a cell where the spreadsheet's language separates by them. */
const STARTS = '(^|[;\\t])';
/** In both widths. */
const BEGINS = '\\s*[=+\\-@＝＋－＠]';
/** What begins a formula, for an apostrophe before it. */
export const FORMULA = new RegExp(`${STARTS}(?=${BEGINS})`, 'g');
const GUARDABLE = new RegExp(`${STARTS}(?='*${BEGINS})`, 'g');
const GUARDED = new RegExp(`${STARTS}'(?='*${BEGINS})`, 'g');

/** With an apostrophe before each, which spreadsheets take for "a text". */
export const guarded = (text: string): string => text.replace(GUARDABLE, "$1'");

/** As it was before {@link guarded}. */
export const unguarded = (text: string): string => text.replace(GUARDED, '$1');
