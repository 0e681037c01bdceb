import { isMap, isSeq, type Node } from 'yaml';
import type { Place, Problem } from './problem.js';
import { YamlNodes } from './yaml-nodes.js';
import { DOUBLE_KEY, parseYaml } from './yaml-syntax.js';

export type Path = readonly (string | number)[];

/** Data, and where each of its values stands. What {@link check} validates. */
export interface Source {
  /** path of the file; what it names is relative to it */
  file: string;
  /** what to call the data as a whole in messages */
  whole: string;
  /** the data to validate */
  value: unknown;
  /** the data as the person wrote it: what messages quote, since variables replaced in `value` may hold secrets */
  written: unknown;
  /** place of a value; of its nearest ancestor when it is absent */
  at(path: Path): Place;
  /** place of the key that holds a value */
  atKey(path: Path): Place;
}

/**
 * Parses YAML or JSON (YAML contains it). Returns undefined when there is nothing to validate, after adding the reasons
 * to `problems`: syntax errors, unknown anchors, an empty file. Of a key that is there twice, a problem too, the second holds:
 * what else is wrong shall be told at once. Keys are always text, so `503:` is "503".
 */
export function parseSource(file: string, text: string, problems: Problem[]): Source | undefined {
  const { document, faults, position } = parseYaml(text);
  const place = (offset: number): Place => ({ file, ...position(offset) });
  for (const { offset, message } of faults) problems.push({ ...place(offset), message });
  if (faults.length > 0 || !document) return undefined;
  if (document.contents === null) {
    problems.push({ file, line: 1, column: 1, message: 'the file is empty' });
    return undefined;
  }
  const nodes = new YamlNodes(document);
  const { unknownAliases, doubleKeys, isTooMuch } = nodes.faults;
  for (const offset of doubleKeys) problems.push({ ...place(offset), message: DOUBLE_KEY });
  if (isTooMuch) {
    const message = 'aliases (*name) that go in circles, are too many, or expand into too much data';
    problems.push({ file, line: null, column: null, message });
    return undefined;
  }
  for (const offset of unknownAliases) {
    // Never quotes the alias, which may be half a password: `password: *hunter2`.
    const message = 'an alias (*name) whose anchor (&name) is not above it; text that begins with * needs quotes';
    problems.push({ ...place(offset), message });
  }
  if (unknownAliases.length > 0) return undefined;
  // How much aliases may be is decided by now.
  const value: unknown = document.toJS({ maxAliasCount: -1 });
  const root = document.contents;

  /** The key and value nodes at the end of a path, as far as the path exists. */
  function walk(path: Path): { key: Node | undefined; node: Node | undefined; complete: boolean } {
    let key: Node | undefined;
    let node: Node | undefined = root;
    for (const step of path) {
      const parent = nodes.resolved(node);
      if (isMap(parent)) {
        const pair = nodes.pair(parent, String(step));
        if (!pair) return { key, node, complete: false };
        key = pair.key as Node;
        node = (pair.value as Node | null) ?? key;
      } else if (isSeq(parent) && parent.items[Number(step)]) {
        node = parent.items[Number(step)] as Node;
        key = node;
      } else return { key, node, complete: false };
    }
    return { key, node, complete: true };
  }
  return {
    file,
    whole: 'the file',
    value,
    written: value,
    at: (path) => place(walk(path).node?.range?.[0] ?? 0),
    atKey: (path) => {
      const { key, node, complete } = walk(path);
      return place((complete ? key : node)?.range?.[0] ?? 0);
    },
  };
}
