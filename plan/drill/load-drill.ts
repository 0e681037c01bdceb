import { checkSites } from '../check-sites.js';
import { check, valueAt } from '../source/check.js';
import { type Problem, throwProblems } from '../source/problem.js';
import { problemOf, readText } from '../source/read-text.js';
import { isMapping } from '../source/schema-tools.js';
import { type Path, parseSource, type Source } from '../source/yaml-document.js';
import type { Drill } from '../types.js';
import { VmNames } from '../vm-names.js';
import { asCheck, readVmsOfChecks, standingOf } from './drill-checks.js';
import { readGroups } from './drill-groups.js';
import { drill as drillSchema } from './drill-rules.js';
import { readScope } from './drill-scope.js';

/**
 * Reads a drill (YAML or JSON), and the plan or CSV that its scope names, with every default filled in.
 *
 * @param options.sites names of the configured sites, to check the drill's sites against; null: not checked
 * @throws BadInput with every problem at once
 * @example
 * ```ts
 * import { loadDrill } from 'drover';
 *
 * const { checks } = loadDrill('drills/crm.yaml', { sites: null });
 * ```
 */
export function loadDrill(path: string, options: { sites: string[] | null }): Drill {
  const problems: Problem[] = [];
  const drill = readDrill(path, options.sites, problems);
  throwProblems(problems, path);
  if (!drill) throw new Error(`${path}: neither a drill nor a problem`);
  return drill;
}

function readDrill(path: string, sites: string[] | null, problems: Problem[]): Drill | undefined {
  const read = readText(path);
  if ('reason' in read) problems.push(problemOf(path, 'the drill', read));
  const source = 'text' in read ? parseSource(path, read.text, problems) : undefined;
  return source && drillOf(source, sites, problems);
}

function drillOf(source: Source, sites: string[] | null, problems: Problem[]): Drill | undefined {
  // A URL may hold a login or a token, and so may a header: they are refused, and must not be quoted.
  const hidden = (at: Path) =>
    at.at(-1) === 'http' ? /[@?]/.test(String(valueAt(source.written, at))) : at[0] === 'checks' && at[2] === 'headers';
  const read = check(drillSchema, source, [], problems, { hidden });
  if (!isMapping(source.value)) return undefined;
  const scope = readScope(source, sites, problems);
  const names = new VmNames(scope.flatMap((wave) => wave.vms));
  const groups = readGroups(source, scope, names, problems);
  const vmsOfChecks = readVmsOfChecks(source, names, problems);
  checkSites(source, sites, problems);
  if (!read) return undefined;
  const { scope: _, recovery, checks, ...rest } = read;
  return {
    ...rest,
    groups,
    recovery: { ...recovery, sync: recovery.sync ?? (rest.mode === 'roundtrip' && recovery.instance === 'latest') },
    checks: checks.map((one, index) => asCheck(one, standingOf(source, index), vmsOfChecks[index] ?? null)),
  };
}
