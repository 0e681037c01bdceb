/** Plans, drills and configs look alike from outside, and lie beside each other. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { BadInput } from '../plan/source/problem.js';

export type FileKind = 'plan' | 'drill' | 'config';

/** What a file surely is; null when it may be anything, also when it cannot be read: a typo must not change its kind. */
export function kindOfFile(file: string): FileKind | null {
  try {
    const document: unknown = parse(readFileSync(file, 'utf8'), { logLevel: 'silent' });
    const has = (key: string): boolean => typeof document === 'object' && document !== null && key in document;
    if (has('scope')) return 'drill';
    if (has('waves') || has('kind')) return 'plan';
    return has('sites') ? 'config' : null;
  } catch {
    return null;
  }
}

/** @throws BadInput for a file that is surely of another kind, with the command that takes it */
export function requireKind(file: string, wanted: Exclude<FileKind, 'config'>): void {
  const kind = kindOfFile(file);
  if (kind === null || kind === wanted) return;
  const message = `this is a ${kind}, not a ${wanted}`;
  throw new BadInput([{ file, line: null, column: null, message, hint: USE[kind](file) }]);
}

const USE: Record<FileKind, (file: string) => string> = {
  plan: (file) => `drover run ${file}`,
  drill: (file) => `drover drill run ${file}`,
  config: () => 'name it with --config',
};
