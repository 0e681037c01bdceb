import { createHash } from 'node:crypto';

/** `sha256:` and hex, of a text in pieces. */
export function checksumOf(pieces: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return `sha256:${hash.digest('hex')}`;
}
