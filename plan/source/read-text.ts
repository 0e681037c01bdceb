import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Problem } from './problem.js';

/** Why a file cannot be read: `reason` is the rest of a sentence that begins with the file. */
export interface Unreadable {
  reason: string;
  hint?: string;
  /** where in the file that shows */
  at?: { line: number; column: number };
}

/**
 * Text of a file without its byte order mark, or the reason why it cannot be read, in words. UTF-8, or UTF-16 where a byte
 * order mark says so, as spreadsheets write "Unicode text". No other encoding is guessed: all that have a byte for each
 * letter can be read as one another, and only a person sees that the names are wrong.
 *
 * @param options.stream whether it may also be a pipe, such as `/dev/fd/63` of a shell's `<(…)`, which is waited for
 */
export function readText(path: string, { stream = false }: { stream?: boolean } = {}): { text: string } | Unreadable {
  let bytes: Buffer | null;
  try {
    const kind = statSync(path);
    if (kind.isDirectory()) return { reason: REASONS.EISDIR ?? '' };
    if (!kind.isFile() && !(stream && kind.isFIFO())) return { reason: 'is no plain file' };
    bytes = kind.size > MOST_BYTES ? null : readBytes(path);
  } catch (error) {
    return { reason: whyUnreadable(error) };
  }
  if (bytes === null) return { reason: `is larger than ${MOST_BYTES / 2 ** 20} MiB` };
  const encoding = encodingOf(bytes);
  // UTF-16 without its mark is UTF-8 full of NULs.
  if (encoding === 'utf-8' && bytes.includes(0)) return { reason: NO_TEXT };
  if (encoding === 'utf-8' && !isUtf8(bytes)) return { reason: NO_TEXT, hint: OF_WINDOWS, at: firstOther(bytes) };
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\0') ? { reason: NO_TEXT } : { text };
  } catch {
    return { reason: NO_TEXT };
  }
}

/** That the file, which messages call `what`, cannot be read. */
export function problemOf(file: string, what: string, { reason, hint, at }: Unreadable): Problem {
  const place = { file, line: at?.line ?? null, column: at?.column ?? null };
  return { ...place, message: `${what} ${reason}`, ...(hint && { hint }) };
}

/** More than the largest plan takes; a file that never ends is given up. */
const MOST_BYTES = 32 * 2 ** 20;
const PIECE = 2 ** 16;

/** null: there is more than may be read; a device and a file of the kernel do not say so before */
function readBytes(path: string): Buffer | null {
  const file = openSync(path, 'r');
  try {
    const pieces: Buffer[] = [];
    for (let total = 0; total <= MOST_BYTES; ) {
      const piece = Buffer.allocUnsafe(PIECE);
      const read = readSync(file, piece, 0, PIECE, null);
      if (read === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, read));
      total += read;
    }
    return null;
  } finally {
    closeSync(file);
  }
}

const NO_TEXT = 'is neither UTF-8 text nor UTF-16 with a byte order mark';
const OF_WINDOWS =
  'it may be Windows-1252, which Excel writes as plain "CSV": save it as "CSV UTF-8", or convert it with iconv -f WINDOWS-1252 -t UTF-8';

function encodingOf(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}

/** Where the first byte stands that is not UTF-8: decoded and encoded again, it is another one. */
function firstOther(bytes: Buffer): { line: number; column: number } {
  const again = Buffer.from(bytes.toString('utf8'));
  const before = bytes
    .subarray(
      0,
      again.findIndex((byte, at) => byte !== bytes[at]),
    )
    .toString('utf8');
  const lines = before.replace(/^\ufeff/, '').split(/\r\n|[\r\n]/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/**
 * Why a file cannot be read, after its name: what the file system's error codes mean to the person who named it.
 * @param otherwise what codes mean for what is no plain file
 */
export function whyUnreadable(error: unknown, otherwise: Record<string, string> = {}): string {
  const code = errorCode(error);
  return otherwise[code] ?? REASONS[code] ?? `cannot be read (${code})`;
}

const REASONS: Record<string, string> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a directory',
  ENOTDIR: 'does not exist: part of its path is a file',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ELOOP: 'is a link that leads back to itself',
  ENAMETOOLONG: 'has a name that is too long for this file system',
};

/** The file system's, such as `ENOENT`. */
export function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
}
