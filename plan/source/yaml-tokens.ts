import type { CST } from 'yaml';

/** All tokens of a text, each with its depth; walks without recursion, which a runaway nesting would bring down. */
export function* tokensWithin(tokens: CST.Token[]): Generator<{ token: CST.Token; depth: number }> {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next; next = open.pop()) {
    yield next;
    const { token, depth } = next;
    if (token.type === 'document') {
      if (token.value) open.push({ token: token.value, depth: depth + 1 });
    } else if ('items' in token) {
      for (const { key, value } of token.items) {
        if (key) open.push({ token: key, depth: depth + 1 });
        if (value) open.push({ token: value, depth: depth + 1 });
      }
    }
  }
}

/** The brackets, braces and quotes that nothing closes, by the place where they are opened. */
export function unclosed(tokens: CST.Token[]): { offset: number; sign: string }[] {
  return [...tokensWithin(tokens)].flatMap(({ token }) => {
    const sign = openSign(token);
    return sign === null ? [] : [{ offset: token.offset, sign }];
  });
}

function openSign(token: CST.Token): string | null {
  switch (token.type) {
    case 'flow-collection': {
      const sign = token.start.source;
      return token.end.some(({ source }) => source === CLOSES[sign]) ? null : sign;
    }
    case 'double-quoted-scalar':
    case 'single-quoted-scalar':
      return isClosed(token.source) ? null : token.source.slice(0, 1);
    default:
      return null;
  }
}

const CLOSES: Record<string, string> = { '[': ']', '{': '}' };

/** In single quotes a quote is doubled, in double quotes it has a backslash before it. */
const isClosed = (source: string): boolean =>
  source.startsWith("'") ? /^'[^']*(?:''[^']*)*'$/.test(source) : /^"[^"\\]*(?:\\[^][^"\\]*)*"$/.test(source);
