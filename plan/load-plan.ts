import { checkOwners, checkSites } from './check-sites.js';
import { checkWindow } from './check-window.js';
import { resolveDependencies } from './dependencies.js';
import { byPriority } from './flat-keys.js';
import { hasTooMany } from './most-vms.js';
import { plan as planSchema } from './plan-rules.js';
import { readWaves, type WaveEntry } from './plan-waves.js';
import { check, valueAt } from './source/check.js';
import { objectSource } from './source/object-source.js';
import { type Problem, throwProblems } from './source/problem.js';
import { problemOf, readText } from './source/read-text.js';
import { isMapping } from './source/schema-tools.js';
import { parseSource, type Source } from './source/yaml-document.js';
import type { Plan } from './types.js';

/**
 * Reads a plan (YAML or JSON) and the CSV files it names, with every default filled in.
 *
 * @param options.sites names of the configured sites, to check the plan's sites against; null: not checked
 * @param options.begins when a run of it would begin, which a window that is over then forbids; default: not checked
 * @throws BadInput with every problem at once
 * @example
 * ```ts
 * import { BadInput, loadPlan } from 'drover';
 *
 * try {
 *   loadPlan('paris-exit.yaml', { sites: ['paris', 'lyon'] });
 * } catch (error) {
 *   if (!(error instanceof BadInput)) throw error;
 *   for (const { file, line, message, hint } of error.problems) console.error(file, line, message, hint);
 * }
 * ```
 */
export function loadPlan(path: string, options: { sites: string[] | null; begins?: Date }): Plan {
  const problems: Problem[] = [];
  const { plan } = readPlan(path, options.sites, problems, options.begins);
  throwProblems(problems, path);
  if (!plan) throw new Error(`${path}: neither a plan nor a problem`);
  return plan;
}

/**
 * Makes a plan of data that is in no file: what a plan file would hold, as an object. It is checked as a file is; a CSV that
 * it names is relative to the working directory.
 *
 * @param options `sites` as for {@link loadPlan}; default null
 * @throws BadInput with every problem at once, each with the path of its key instead of file, line and column
 * @example
 * ```ts
 * import { parsePlan } from 'drover';
 *
 * const plan = parsePlan({
 *   name: 'exit',
 *   kind: 'migrate',
 *   source: { site: 'paris' },
 *   destination: { site: 'lyon', vdc: 'acme-vdc' },
 *   vms: [{ id: '441a891a-5294-4dff-b02d-c605d335be1b' }],
 * });
 * ```
 */
export function parsePlan(data: unknown, { sites = null }: { sites?: string[] | null } = {}): Plan {
  const problems: Problem[] = [];
  const { plan } = planOf(objectSource('the plan', data), sites, problems);
  throwProblems(problems, 'the plan');
  if (!plan) throw new Error('neither a plan nor a problem');
  return plan;
}

interface PlanAsRead {
  plan: Plan | undefined;
  waves: WaveEntry[];
}

/**
 * Reads a plan that a command or another file names, adding what is wrong with it to `problems`. The waves are there as far
 * as they could be read, so that one mistake does not make others appear.
 */
export function readPlan(
  path: string,
  sites: string[] | null,
  problems: Problem[],
  begins: Date | null = null,
): PlanAsRead {
  const read = readText(path);
  if ('reason' in read) problems.push(problemOf(path, 'the plan', read));
  const source = 'text' in read ? parseSource(path, read.text, problems) : undefined;
  return source ? planOf(source, sites, problems, begins) : { plan: undefined, waves: [] };
}

function planOf(source: Source, sites: string[] | null, problems: Problem[], begins: Date | null = null): PlanAsRead {
  if (hasTooMany(listedIn(source.value), source.at(['waves']), problems)) return { plan: undefined, waves: [] };
  const read = check(planSchema, source, [], problems);
  if (!isMapping(source.value)) return { plan: undefined, waves: [] };
  const waves = readWaves(source, problems);
  const count = waves.reduce((sum, { vms }) => sum + vms.length, 0);
  if (hasTooMany(count, source.at(['waves']), problems)) return { plan: undefined, waves: [] };
  resolveDependencies(waves, 'plan', problems);
  checkSites(source, sites, problems);
  checkVdc(source, waves, problems);
  checkOwners(
    source,
    waves.flatMap(({ vms }) => vms),
    problems,
  );
  if (!read) return { plan: undefined, waves };
  checkWindow(source, read, begins, problems);
  const { vms: _, waves: written, recovery = { instance: 'latest' }, ...rest } = read;
  const instances = new Map(written?.map(({ name, instance }) => [name, instance] as const));
  const named = waves.map(({ name, vms }) => {
    const instance = instances.get(name);
    const chosen = instance === undefined ? {} : { instance };
    return { name, vms: byPriority(vms).flatMap(({ vm }) => (vm === undefined ? [] : [{ ...vm, ...chosen }])) };
  });
  return { plan: { ...rest, recovery, waves: named }, waves };
}

/** VMs that stand in the file itself. */
function listedIn(data: unknown): number {
  const waves = valueAt(data, ['waves']);
  const lists = Array.isArray(waves) ? waves.map((wave) => valueAt(wave, ['vms'])) : [valueAt(data, ['vms'])];
  return lists.reduce<number>((sum, vms) => sum + (Array.isArray(vms) ? vms.length : 0), 0);
}

/** New replications need a VDC to go to; that of the plan may be left out when every VM has its own. */
function checkVdc(source: Source, waves: WaveEntry[], problems: Problem[]): void {
  const kind = valueAt(source.value, ['kind']);
  const destination = valueAt(source.value, ['destination']);
  if ((kind !== 'migrate' && kind !== 'protect') || !isMapping(destination)) return;
  const vms = waves.flatMap((wave) => wave.vms.flatMap(({ vm }) => vm ?? []));
  const ownVdc = vms.length > 0 && vms.every((vm) => vm.vdc !== undefined);
  if ((valueAt(destination, ['vdc']) ?? null) !== null || ownVdc) return;
  const message = `destination.vdc is missing, which a plan of kind ${kind} needs`;
  const expected = 'the uuid or name of the VDC at the destination, here or for every VM';
  problems.push({ ...source.at(['destination', 'vdc']), message, expected });
}
