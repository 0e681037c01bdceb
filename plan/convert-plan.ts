/** A plan file in another format: as it was written, or of its VMs what a CSV can hold. */
import { stringify } from 'yaml';
import { networkAlone } from './flat-keys.js';
import { loadPlan } from './load-plan.js';
import { isNamedVm } from './named-vm.js';
import { guarded } from './source/formula.js';
import { BadInput, type Problem, throwProblems } from './source/problem.js';
import { problemOf, readText } from './source/read-text.js';
import { parseSource } from './source/yaml-document.js';
import type { PlanVm } from './types.js';
import { isVappUnit } from './vapp.js';
import { vmColumns } from './vm-schema.js';

export const PLAN_FORMATS = ['yaml', 'json', 'csv'] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];

export interface Converted {
  text: string;
  /** what of the plan is not in it, in words; empty: nothing */
  left: string[];
}

/**
 * YAML and JSON have all that the file says, as it says it; a CSV has its VMs, a row each.
 * @throws BadInput for a file that is no good plan
 */
export function convertPlan(file: string, to: PlanFormat): Converted {
  // What is no good plan in one format is none in another.
  const plan = loadPlan(file, { sites: null });
  if (to === 'csv') {
    const keys = Object.keys(dataOf(file) as object).filter((key) => key !== 'waves' && key !== 'vms');
    return csvOf(plan.waves, keys);
  }
  const data = dataOf(file);
  if (to === 'json') return { text: `${JSON.stringify(data, null, 2)}\n`, left: commentsIn(file) };
  return { text: stringify(data, { lineWidth: 0, aliasDuplicateObjects: false }), left: commentsIn(file) };
}

function dataOf(file: string): unknown {
  const read = readText(file);
  if ('reason' in read) throw new BadInput([problemOf(file, 'the plan', read)]);
  const problems: Problem[] = [];
  const source = parseSource(file, read.text, problems);
  throwProblems(problems, file);
  return source?.value;
}

function commentsIn(file: string): string[] {
  const read = readText(file);
  return 'text' in read && /^\s*#|\s#\s/m.test(read.text) ? ['its comments'] : [];
}

const COLUMNS = Object.keys(vmColumns) as (keyof typeof vmColumns)[];

/** Those columns that any VM uses. */
function csvOf(waves: { name: string; vms: PlanVm[] }[], planKeys: string[]): Converted {
  const isWaved = waves.length > 1 || waves[0]?.name !== 'all';
  const units = waves.map(({ name, vms }) => ({ name, vms: vms.filter(({ id }) => !isVappUnit(id)) }));
  const vapps = waves.flatMap(({ vms }) => vms.filter(({ id }) => isVappUnit(id)));
  const named = new Map(
    waves.flatMap(({ vms }) => vms.map(({ id, name }) => [id, isNamedVm(id) ? name : id] as const)),
  );
  const calledIn = (id: string): string => named.get(id) ?? id;
  const rows = units.flatMap(({ name, vms }) => vms.map((vm) => rowOf(isWaved ? name : '', vm, calledIn)));
  const used = COLUMNS.filter((column) => rows.some((row) => row[column] !== undefined));
  const lines = [
    used.join(','),
    ...rows.map((row) => used.map((column) => cell(guarded(row[column] ?? ''))).join(',')),
  ];
  const unfit = new Map<string, number>();
  for (const { vms } of units)
    for (const vm of vms) for (const key of unfitOf(vm)) unfit.set(key, (unfit.get(key) ?? 0) + 1);
  return {
    text: `${lines.join('\n')}\n`,
    left: [
      ...(vapps.length === 0 ? [] : [`vApps, which are no VMs: ${vapps.map(({ name }) => name).join(', ')}`]),
      ...[...unfit].map(([key, count]) => `${key} of ${count} VMs, which no cell holds`),
      ...(planKeys.length === 0 ? [] : [`what is not of a VM: ${planKeys.join(', ')}`]),
    ],
  };
}

/** What of a VM no cell holds. */
const unfitOf = (vm: PlanVm): string[] =>
  Object.keys(vm).filter((key) => !(key in vmColumns || (key === 'vmNetworkSettings' && networkAlone(vm) !== null)));

/** @param calledIn by which a row tells of another VM */
function rowOf(wave: string, vm: PlanVm, calledIn: (id: string) => string): Partial<Record<string, string>> {
  const { after, name, id, ...rest } = vm;
  const network = networkAlone(vm);
  const flat = Object.entries(rest).flatMap(([key, value]) =>
    key in vmColumns && typeof value !== 'object' ? [[key, String(value)] as const] : [],
  );
  return {
    ...(isNamedVm(id) ? {} : { id }),
    ...Object.fromEntries(flat),
    ...(network === null ? {} : { network }),
    ...(wave === '' ? {} : { wave }),
    ...(name === vm.id ? {} : { name }),
    ...(after.length === 0 ? {} : { after: after.map(calledIn).join(';') }),
  };
}

const cell = (text: string): string => (/[",;\n\r\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
