/** What a spreadsheet would execute in a cell of a plan's CSV: names are what sites and tenants call their VMs. */

/** In both widths. */
const BEGINS = '\\s*[=+\\-@＝＋－＠]';
const FORMULA = new RegExp(`^'*${BEGINS}`);
const GUARDED = new RegExp(`^'(?='*${BEGINS})`);

/** With an apostrophe before it, which spreadsheets take for "a text". */
export const guarded = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** As it was before {@link guarded}. */
export const unguarded = (text: string): string => text.replace(GUARDED, '');
