import { type Alias, type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, visit } from 'yaml';

/** Far more than any plan needs. The library looks at all anchors for each. */
const MOST_ALIASES = 1_000;
/** How much larger aliases may make a document: values. */
const MOST_ADDED = 100_000;

/** What is wrong with the nodes of a document, by what reads them; offsets into the text. */
export interface NodeFaults {
  unknownAliases: number[];
  doubleKeys: number[];
  /** whether aliases are too many, go in circles, or expand into too much */
  isTooMuch: boolean;
}

/**
 * The nodes of a document, each looked at once: the library's own looks take the square of what a hostile file has of keys
 * and aliases.
 */
export class YamlNodes {
  readonly faults: NodeFaults = { unknownAliases: [], doubleKeys: [], isTooMuch: false };
  readonly #targets = new Map<Alias, Node>();
  readonly #pairs = new WeakMap<object, Map<string, Pair>>();
  readonly #sizes = new Map<Node, number>();

  constructor(document: Document) {
    this.#look(document);
    if (this.faults.isTooMuch || this.faults.unknownAliases.length > 0 || this.#targets.size === 0) return;
    const added = this.#size(document.contents) - ownSize(document.contents);
    // Not a number where an anchor is within itself.
    if (!(added <= MOST_ADDED)) this.faults.isTooMuch = true;
  }

  /** What an alias stands for; other nodes for themselves. */
  resolved(node: Node | null | undefined): Node | undefined {
    return (isAlias(node) ? this.#targets.get(node) : node) ?? undefined;
  }

  /** The pair of a key in a mapping: of those that have it, the last. */
  pair(map: Node, key: string): Pair | undefined {
    if (!isMap(map)) return undefined;
    let pairs = this.#pairs.get(map);
    if (pairs === undefined) {
      pairs = new Map(
        map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [])),
      );
      this.#pairs.set(map, pairs);
    }
    return pairs.get(key);
  }

  #look(document: Document): void {
    const anchors = new Map<string, Node>();
    let aliases = 0;
    visit(document, {
      Node: (_, node) => {
        if (isAlias(node)) {
          aliases += 1;
          const target = anchors.get(node.source);
          if (target) this.#targets.set(node, target);
          else this.faults.unknownAliases.push(node.range?.[0] ?? 0);
          this.faults.isTooMuch = aliases > MOST_ALIASES;
          return this.faults.isTooMuch ? visit.BREAK : undefined;
        }
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        if (isMap(node)) this.#lookForDoubles(node.items);
        return undefined;
      },
    });
  }

  #lookForDoubles(pairs: Pair[]): void {
    const seen = new Set<unknown>();
    for (const { key } of pairs) {
      if (!isScalar(key)) continue;
      if (seen.has(key.value)) this.faults.doubleKeys.push(key.range?.[0] ?? 0);
      seen.add(key.value);
    }
  }

  /** Values below a node and itself, with what aliases stand for; not a number for what is within itself. */
  #size(node: unknown): number {
    if (isPair(node)) return this.#size(node.key) + this.#size(node.value);
    const real = isAlias(node) ? this.#targets.get(node) : node;
    if (!isMap(real) && !isSeq(real)) return 1;
    const known = this.#sizes.get(real);
    if (known !== undefined) return known;
    this.#sizes.set(real, Number.NaN);
    const size = real.items.reduce<number>((sum, item) => sum + this.#size(item), 1);
    this.#sizes.set(real, size);
    return size;
  }
}

/** The same without what aliases stand for. */
function ownSize(node: unknown): number {
  if (isPair(node)) return ownSize(node.key) + ownSize(node.value);
  return isMap(node) || isSeq(node) ? node.items.reduce<number>((sum, item) => sum + ownSize(item), 1) : 1;
}
