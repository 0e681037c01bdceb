/** What the file system's error codes mean to the person who named a folder, or a file to write. */
import { errorCode, whyUnreadable } from '../plan/source/read-text.js';

const WRITING: Record<string, string> = {
  ENOENT: 'cannot be written: its folder does not exist',
  ENOTDIR: 'cannot be written: part of its path is a file',
  EISDIR: 'cannot be written: it is a folder',
  EACCES: 'may not be written by this user',
  EPERM: 'may not be written by this user',
  EROFS: 'cannot be written: the file system is read-only',
  ENOSPC: 'cannot be written: no space is left',
  EDQUOT: 'cannot be written: no space is left for this user',
  EFBIG: 'cannot be written: it is larger than this user or its file system may have',
  ENXIO: 'cannot be written: nobody reads from it',
};

/** Why a folder cannot be read, after its name. */
export const whyNoFolder = (error: unknown): string => whyUnreadable(error, { ENOTDIR: 'is no folder' });

/** Why a file or folder cannot be written, after its name. */
export function whyUnwritable(error: unknown): string {
  return WRITING[errorCode(error)] ?? `cannot be written (${errorCode(error)})`;
}
