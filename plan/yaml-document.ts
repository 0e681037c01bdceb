import { type ErrorCode, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { Position, Problem } from './problem.js';

export type Path = readonly (string | number)[];

/** Data read from a file, and where each of its values stands in it. What {@link check} validates. */
export interface Source {
  file: string;
  /** the data to validate */
  value: unknown;
  /** the data as the person wrote it: what messages quote, since variables replaced in `value` may hold secrets */
  written: unknown;
  /** position of a value; of its nearest ancestor when it is absent */
  at(path: Path): Position;
  /** position of the key that holds a value */
  atKey(path: Path): Position;
}

/**
 * Parses YAML or JSON (YAML contains it). Returns undefined when there is nothing to validate, after adding the reasons
 * to `problems`: syntax errors, duplicate keys, unknown anchors, an empty file. Keys are always text, so `503:` is "503".
 */
export function parseSource(file: string, text: string, problems: Problem[]): Source | undefined {
  const before = problems.length;
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // Off in YAML 1.2, and a `<<` that is silently a key like any other would be a trap.
    merge: false,
  });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  for (const { code, pos } of [...document.errors, ...document.warnings]) {
    problems.push({ file, ...position(pos[0]), message: WORDS[code] });
  }
  if (problems.length > before) return undefined;
  if (document.contents === null) {
    problems.push({ file, line: 1, column: 1, message: 'the file is empty' });
    return undefined;
  }
  visit(document, {
    Alias(_, alias) {
      // Never quotes the alias, which may be half a password: `password: *hunter2`.
      const message = 'an alias (*name) whose anchor (&name) is not above it; text that begins with * needs quotes';
      if (!alias.resolve(document)) problems.push({ file, ...position(alias.range?.[0] ?? 0), message });
    },
  });
  if (problems.length > before) return undefined;
  const value = toPlainData(document);
  if (value === undefined) {
    problems.push({
      file,
      line: null,
      column: null,
      message: 'aliases (*name) that go in circles or expand into too much data',
    });
    return undefined;
  }

  const resolve = (node: Node | null | undefined): Node | undefined =>
    (isAlias(node) ? node.resolve(document) : node) ?? undefined;

  /** The key and value nodes at the end of a path, as far as the path exists. */
  const walk = (path: Path): { key: Node | undefined; node: Node | undefined; complete: boolean } => {
    let key: Node | undefined;
    let node: Node | undefined = document.contents ?? undefined;
    for (const step of path) {
      const parent = resolve(node);
      if (isMap(parent)) {
        const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === String(step));
        if (!pair) return { key, node, complete: false };
        key = pair.key as Node;
        node = (pair.value as Node | null) ?? key;
      } else if (isSeq(parent) && parent.items[Number(step)]) {
        node = parent.items[Number(step)] as Node;
        key = node;
      } else return { key, node, complete: false };
    }
    return { key, node, complete: true };
  };
  return {
    file,
    value,
    written: value,
    at: (path) => position(walk(path).node?.range?.[0] ?? 0),
    atKey: (path) => {
      const { key, node, complete } = walk(path);
      return position((complete ? key : node)?.range?.[0] ?? 0);
    },
  };
}

/** Undefined when aliases make it impossible: a billion laughs, or an anchor inside itself. */
function toPlainData(document: { toJS(): unknown }): unknown {
  try {
    const value = document.toJS();
    JSON.stringify(value);
    return value;
  } catch {
    return undefined;
  }
}

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
  DUPLICATE_KEY: 'this key is there twice',
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
