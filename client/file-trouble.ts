/** What the file system's error codes mean to the person who named the file. */
const READING: Record<string, string> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'is no folder',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
};

const WRITING: Record<string, string> = {
  ENOENT: 'cannot be written: its folder does not exist',
  ENOTDIR: 'cannot be written: part of its path is a file',
  EISDIR: 'cannot be written: it is a folder',
  EACCES: 'may not be written by this user',
  EPERM: 'may not be written by this user',
  EROFS: 'cannot be written: the file system is read-only',
  ENOSPC: 'cannot be written: no space is left',
};

/** Why a folder cannot be read, after its name. */
export function whyUnreadable(error: unknown): string {
  return READING[codeOf(error)] ?? `cannot be read (${codeOf(error)})`;
}

/** Why a file or folder cannot be written, after its name. */
export function whyUnwritable(error: unknown): string {
  return WRITING[codeOf(error)] ?? `cannot be written (${codeOf(error)})`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
