import { pathText } from './check.js';
import type { Place } from './problem.js';
import type { Path, Source } from './yaml-document.js';

/** Data that is in no file: each place in it is the path of its key. Files that it names are relative to the working directory. */
export function objectSource(whole: string, value: unknown): Source {
  const at = (path: Path): Place => ({ file: pathText(path) || whole, line: null, column: null });
  return { file: whole, whole, value, written: value, at, atKey: at };
}
