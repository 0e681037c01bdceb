import { readFileSync } from 'node:fs';

/** Text of a UTF-8 file without its byte order mark, or the reason why it cannot be read, in words. */
export function readText(path: string): { text: string } | { reason: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return { reason: REASONS[errorCode(error)] ?? `cannot be read (${errorCode(error)})` };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { reason: 'is not UTF-8 text' };
  }
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
