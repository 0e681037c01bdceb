/** The drills whose files lie in one folder, as a repository of desired schedules has them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadDrill } from '../../plan/drill/load-drill.js';
import { BadInput, type Problem, throwProblems } from '../../plan/source/problem.js';
import type { Drill } from '../../plan/types.js';
import { kindOfFile } from '../file-kind.js';
import { whyNoFolder } from '../file-trouble.js';

export interface DrillFile {
  file: string;
  drill: Drill;
}

/**
 * Every drill in the folder itself, by file name. Plans and configs, which may lie beside them, are passed over.
 * @param options.sites names of the configured sites; null: not checked
 * @throws BadInput with the problems of all files at once, or when there is no drill: an empty folder is more often a
 *   mistyped one than a wish to have no drills
 * @example
 * ```ts
 * import { loadDrillFolder } from 'drover';
 *
 * const names = loadDrillFolder('drills', { sites: ['paris', 'lyon'] }).map(({ drill: { name } }) => name);
 * ```
 */
export function loadDrillFolder(folder: string, options: { sites: string[] | null }): DrillFile[] {
  const problems: Problem[] = [];
  const found: DrillFile[] = [];
  for (const file of drillFiles(folder)) {
    try {
      found.push({ file, drill: loadDrill(file, options) });
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      problems.push(...error.problems);
    }
  }
  problems.push(...sameNames(found));
  if (found.length === 0 && problems.length === 0) {
    problems.push(whole(folder, 'holds no drill', 'a folder with *.yaml files that are drills'));
  }
  throwProblems(problems, folder);
  return found;
}

function drillFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /\.ya?ml$/i.test(entry.name))
      .map((entry) => join(folder, entry.name))
      .filter((file) => !isOther(file))
      .sort((a, b) => a.localeCompare(b));
  } catch (error) {
    throw new BadInput([whole(folder, whyNoFolder(error))]);
  }
}

/** Only what is surely a plan or a config; anything else must be a drill, or a typo would make one disappear. */
function isOther(file: string): boolean {
  const kind = kindOfFile(file);
  return kind === 'plan' || kind === 'config';
}

function sameNames(found: DrillFile[]): Problem[] {
  const first = new Map<string, string>();
  return found.flatMap(({ file, drill: { name } }) => {
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, file);
      return [];
    }
    return [whole(file, `the name ${name} is taken by ${other}`, 'a name of its own for each drill')];
  });
}

function whole(file: string, message: string, expected?: string): Problem {
  return { file, line: null, column: null, message, ...(expected === undefined ? {} : { expected }) };
}
