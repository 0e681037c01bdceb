/** Plans, drills and configs look alike from outside, and lie beside each other. */
import { BadInput } from '../plan/source/problem.js';
import { readText } from '../plan/source/read-text.js';
import { topKeys } from '../plan/source/yaml-syntax.js';
import { shellWord } from './shell-word.js';

export type FileKind = 'plan' | 'drill' | 'config';

/** Keys that files of one kind alone have. */
const KEYS: Record<FileKind, readonly string[]> = {
  plan: ['kind', 'waves', 'vms'],
  drill: ['scope', 'mode', 'schedule', 'checks', 'objectives'],
  config: ['sites', 'worker'],
};

/**
 * What a file surely is; null when it may be anything, also when it has keys of two kinds or cannot be read: a typo must not
 * change its kind.
 */
export function kindOfFile(file: string): FileKind | null {
  const read = readText(file);
  if (!('text' in read)) return null;
  const written = new Set(topKeys(read.text));
  const kinds = (['plan', 'drill', 'config'] as const).filter((kind) => KEYS[kind].some((key) => written.has(key)));
  return kinds.length === 1 ? (kinds[0] ?? null) : null;
}

/** @throws BadInput for a file that is surely of another kind, with the command that takes it */
export function requireKind(file: string, wanted: FileKind): void {
  const kind = kindOfFile(file);
  if (kind === null || kind === wanted) return;
  const message = `this is a ${kind}, not a ${wanted}`;
  throw new BadInput([{ file, line: null, column: null, message, hint: USE[kind](file) }]);
}

const USE: Record<FileKind, (file: string) => string> = {
  plan: (file) => `drover run ${shellWord(file)}`,
  drill: (file) => `drover drill run ${shellWord(file)}`,
  config: () => 'name it with --config',
};
