import { Composer, CST, type Document, type ErrorCode, LineCounter, Parser } from 'yaml';
import { withoutStacks } from './without-stacks.js';
import { tokensWithin, unclosed } from './yaml-tokens.js';

/** What one document of YAML is made of, and what is wrong with its syntax. */
export interface Syntax {
  /** undefined when its nesting is too deep to be read */
  document: Document | undefined;
  faults: SyntaxFault[];
  /** line and column of an offset into the text */
  position: (offset: number) => { line: number; column: number };
}

/** What was meant cannot be told any more. */
export interface SyntaxFault {
  offset: number;
  message: string;
}

/** Far more than any plan needs; the library recurses, and a runaway nesting would end the process, not the call. */
const MAX_DEPTH = 100;

/** Parses a text as YAML 1.2 with text as keys, so that `503:` is "503". Never throws. */
export function parseYaml(text: string): Syntax {
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const position: Syntax['position'] = (offset) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const deep = tooDeep(tokens);
  if (deep !== undefined) {
    return { document: undefined, faults: [fatal(deep, WORDS.RESOURCE_EXHAUSTION)], position };
  }
  // `<<` merges are off in YAML 1.2 and stay so: a key like any other, which the schema then calls unknown.
  // Keys that are there twice are looked for elsewhere: here each would be held against all others.
  const composer = new Composer({ prettyErrors: false, stringKeys: true, merge: false, uniqueKeys: false });
  const [document, second] = withoutStacks(() => [...composer.compose(tokens, true, text.length)]);
  const errors = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
  // The library sees what is not closed where its text ends, which may be the end of the file.
  const open = unclosed(tokens);
  const faults = errors
    .filter(({ message }) => open.length === 0 || !NOT_CLOSED.test(message))
    .map(({ code, pos }) => fatal(pos[0], WORDS[code]))
    .concat(open.map(({ offset, sign }) => fatal(offset, `${sign} is opened here and never closed`)));
  if (second) faults.push(fatal(second.range[0], WORDS.MULTIPLE_DOCS));
  return { document, faults, position };
}

/** The keys at the top of the first document, as far as its syntax tells: nothing is made of what is below them. */
export function topKeys(text: string): string[] {
  for (const token of new Parser().parse(text)) {
    if (token.type !== 'document') continue;
    const top = token.value;
    if (top?.type !== 'block-map' && top?.type !== 'flow-collection') return [];
    return top.items.flatMap(({ key }) => CST.resolveAsScalar(key, false, () => {})?.value ?? []);
  }
  return [];
}

const fatal = (offset: number, message: string): SyntaxFault => ({ offset, message });

/** How the library words what {@link unclosed} finds. */
const NOT_CLOSED = /^Flow (map|sequence) .*end with a|^Missing closing /;

/** Offset of a token nested deeper than the limit. */
function tooDeep(tokens: CST.Token[]): number | undefined {
  for (const { token, depth } of tokensWithin(tokens)) {
    if (depth > MAX_DEPTH) return token.offset;
  }
  return undefined;
}

export const DOUBLE_KEY = 'this key is there twice';

/** Own words for every code: clearer, and unlike the library's they never quote the file. */
const WORDS: Record<ErrorCode, string> = {
  ALIAS_PROPS: 'an alias (*name) cannot have an anchor or tag',
  BAD_ALIAS: 'an alias (*name) that cannot be read; text that begins with * needs quotes',
  BAD_COLLECTION_TYPE: 'a tag that does not fit the value after it',
  BAD_DIRECTIVE: 'a line that begins with % at the top of the file; text that begins with % needs quotes',
  BAD_DQ_ESCAPE: 'a backslash sequence that YAML does not know; write \\\\ for a backslash, or use single quotes',
  BAD_INDENT: 'indentation that does not line up',
  BAD_PROP_ORDER: 'an anchor or tag in the wrong place',
  BAD_SCALAR_START: 'text that begins with a character reserved in YAML (such as @, ` or %) needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second "key: value" on the same line; text with ": " in it needs quotes',
  BLOCK_IN_FLOW: 'a missing comma, or an indented block, inside { } or [ ]',
  DUPLICATE_KEY: DOUBLE_KEY,
  IMPOSSIBLE: 'text that is not YAML',
  KEY_OVER_1024_CHARS: 'a key of more than 1024 characters',
  MISSING_CHAR: 'a character is missing here: a closing quote or bracket, a comma, or the colon after a key',
  MULTILINE_IMPLICIT_KEY: 'a key that runs over several lines; is the colon after it, or a closing quote, missing?',
  MULTIPLE_ANCHORS: 'two anchors on one value',
  MULTIPLE_DOCS: 'a second document (---) in the file; one file holds one document',
  MULTIPLE_TAGS: 'two tags on one value',
  NON_STRING_KEY: 'a key must be text, not a list or a mapping',
  RESOURCE_EXHAUSTION: 'nesting too deep, or a document too large',
  TAB_AS_INDENT: 'a tab as indentation; YAML wants spaces',
  TAG_RESOLVE_FAILED: 'an unknown tag; text that begins with ! needs quotes',
  UNEXPECTED_TOKEN: 'something that does not belong here: a stray bracket, brace or quote',
};
