import { readFileSync } from 'node:fs';

/**
 * Text of a file without its byte order mark, or the reason why it cannot be read, in words. UTF-8, or UTF-16 where a byte
 * order mark says so, as spreadsheets write "Unicode text".
 */
export function readText(path: string): { text: string } | { reason: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return { reason: REASONS[errorCode(error)] ?? `cannot be read (${errorCode(error)})` };
  }
  try {
    const text = new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
    // UTF-16 without its mark is UTF-8 full of NULs.
    return text.includes('\0') ? { reason: NO_TEXT } : { text };
  } catch {
    return { reason: NO_TEXT };
  }
}

const NO_TEXT = 'is neither UTF-8 text nor UTF-16 with a byte order mark';

function encodingOf(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}

const REASONS: Record<string, string> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a directory',
  ENOTDIR: 'does not exist: part of its path is a file',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
};

function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
}
