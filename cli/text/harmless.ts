/**
 * Names, messages and notes come from sites and from other people: none of them may draw on a terminal, begin a line, be executed
 * by a spreadsheet, or become markup. For each format one writer of texts, which makes them {@link visible} before all else.
 */
import { FORMULA } from '../../plan/source/formula.js';
import { visible } from '../../plan/source/visible.js';

/** Makes one text harmless for what shows it. */
export type Writer = (text: string) => string;

/** For a cell of a CSV: an apostrophe before what a spreadsheet would execute. The quotes are the CSV library's. */
export const cell: Writer = (text) => visible(text).replace(FORMULA, "$1'");

/** What no document of XML may hold even by a reference [XML 1.0, 2.2], and HTML calls an error. */
const NO_CHARACTER = /\p{Noncharacter_Code_Point}/gu;

/** For HTML and XML: of characters that these know. What is markup to them, their library escapes. */
export const markup: Writer = (text) =>
  visible(text).replace(NO_CHARACTER, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`);

/** What begins something, or ends it, wherever it stands [CommonMark 0.31, GFM]. */
const MARKS = /[\\`*_{}[\]<>|~#&!@$^]|:(?=\/\/)/g;
/** What makes a link of a name by itself. */
const WEB = /www\./gi;
/** What makes a list, a heading or a line of what it begins. */
const BEGINS = /^(\s*)([-+=]|\d{1,9}[.)])/;

/** For a text within a line of Markdown, a cell of a table or a list's entry too. */
export const markdown: Writer = (text) =>
  visible(text)
    .replace(MARKS, '\\$&')
    .replace(WEB, (found) => `${found.slice(0, -1)}\\.`)
    .replace(BEGINS, (_, blank: string, mark: string) => `${blank}${mark.slice(0, -1)}\\${mark.slice(-1)}`);

/** For a string of HCL, between quotes: no template of Terraform. */
export const hcl: Writer = (text) =>
  JSON.stringify(visible(text))
    .slice(1, -1)
    .replace(/[$%](?=\{)/g, '$&$&');

/** A document with all its texts and keys as `write` makes them; the same one where nothing had to be changed. */
export function harmless<T>(document: T, write: Writer = visible): T {
  return made(document, write) as T;
}

function made(value: unknown, write: Writer): unknown {
  if (typeof value === 'string') return write(value);
  if (Array.isArray(value)) return madeAll(value, write);
  return typeof value === 'object' && value !== null && isPlain(value) ? madeMembers(value, write) : value;
}

function madeAll(list: unknown[], write: Writer): unknown[] {
  const all = list.map((one) => made(one, write));
  return all.some((one, at) => one !== list[at]) ? all : list;
}

function madeMembers(members: object, write: Writer): object {
  const entries = Object.entries(members);
  const all = entries.map(([key, value]) => [write(key), made(value, write)] as const);
  return all.some(([key, value], at) => key !== entries[at]?.[0] || value !== entries[at]?.[1])
    ? Object.fromEntries(all)
    : members;
}

/** Dates and the like have no texts of their own. */
const isPlain = (value: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(value));
