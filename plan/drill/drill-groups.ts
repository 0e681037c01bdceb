import { inTestNetwork } from '../flat-keys.js';
import type { WaveEntry } from '../plan-waves.js';
import { quote, valueAt } from '../source/check.js';
import { type Place, type Problem, placeText } from '../source/problem.js';
import { isMapping } from '../source/schema-tools.js';
import type { Path, Source } from '../source/yaml-document.js';
import type { Wave } from '../types.js';
import type { VmEntry } from '../vm-entry.js';
import { oneVm, type VmNames } from '../vm-names.js';

/** VMs that are listed in a message before the others are only counted. */
const LISTED = 5;

interface Member {
  vm: VmEntry;
  /** index of its group */
  group: number;
  at: Place;
}

/**
 * The groups of a drill in recovery order: those of `groups`, which must hold every VM of the scope once, or else its waves. As in a
 * plan, a VM comes after those that its `after` names: in a later group.
 */
export function readGroups(source: Source, scope: WaveEntry[], names: VmNames<VmEntry>, problems: Problem[]): Wave[] {
  const written = valueAt(source.value, ['groups']) ?? null;
  // Without any VM, which is a problem already, every name would be unknown.
  if (written === null || names.size === 0) return asWaves(inDependencyOrder(scope));
  if (!Array.isArray(written) || written.length === 0) return [];
  const members = new Map<VmEntry, Member>();
  const groups = written.map((_, index) => readGroup(source, index, { names, members }, problems));
  checkNames(source, groups, problems);
  checkComplete(source, scope, members, problems);
  checkOrder(names, members, problems);
  return asWaves(groups);
}

function readGroup(
  source: Source,
  index: number,
  { names, members }: { names: VmNames<VmEntry>; members: Map<VmEntry, Member> },
  problems: Problem[],
): WaveEntry {
  const path: Path = ['groups', index];
  const { name, texts, at } = groupAt(source, path, `group-${index + 1}`);
  const vms = texts.flatMap((text, number) => {
    if (typeof text !== 'string' || text === '') return [];
    const position = source.at([...at, number]);
    const found = oneVm(text, names, { subject: `the group ${quote(name)}`, whole: 'drill' });
    if ('fault' in found) {
      problems.push({ ...position, ...found.fault });
      return [];
    }
    const twin = members.get(found.vm);
    if (twin) {
      const message = `the VM ${quote(text)} is in a group already, at ${placeText(twin.at)}`;
      problems.push({ ...position, message, expected: 'every VM in one group' });
      return [];
    }
    members.set(found.vm, { vm: found.vm, group: index, at: position });
    return [found.vm];
  });
  return { name, vms };
}

/** What a group is called and what stands in it, as far as it can be read; the schema has reported the rest. */
function groupAt(source: Source, path: Path, fallback: string): { name: string; texts: unknown[]; at: Path } {
  const value = valueAt(source.value, path);
  const at = isMapping(value) ? [...path, 'vms'] : path;
  const name = valueAt(value, ['name']);
  const texts = valueAt(source.value, at);
  return { name: typeof name === 'string' ? name : fallback, texts: Array.isArray(texts) ? texts : [], at };
}

function checkNames(source: Source, groups: WaveEntry[], problems: Problem[]): void {
  const taken = new Set<string>();
  for (const [index, { name }] of groups.entries()) {
    if (!taken.has(name)) {
      taken.add(name);
      continue;
    }
    const message = `the group ${quote(name)} is there twice`;
    problems.push({ ...source.at(['groups', index, 'name']), message });
  }
}

function checkComplete(source: Source, scope: WaveEntry[], members: Map<VmEntry, Member>, problems: Problem[]): void {
  // A VM that the scope has twice is one VM, and a problem already.
  const ids = new Set([...members.keys()].map(({ id }) => id ?? ''));
  const missing = scope.flatMap(({ vms }) => vms).filter((vm) => !members.has(vm) && !ids.has(vm.id ?? '?'));
  if (missing.length === 0) return;
  const some = missing.slice(0, LISTED).map(label).join(', ');
  const all = missing.length > LISTED ? `${some} and ${missing.length - LISTED} more` : some;
  const message = `in no group: ${all}`;
  problems.push({ ...source.atKey(['groups']), message, expected: 'every VM of the scope in one group' });
}

function checkOrder(names: VmNames<VmEntry>, members: Map<VmEntry, Member>, problems: Problem[]): void {
  for (const { vm, group, at } of members.values()) {
    for (const id of vm.vm?.after ?? []) {
      const [before] = names.find(id);
      const other = before && members.get(before);
      if (!other || other.group < group) continue;
      const message = `${label(vm)} comes after ${label(other.vm)}, which is in ${other.group === group ? 'the same' : 'a later'} group`;
      problems.push({ ...at, message, expected: 'a later group, as "after" says' });
    }
  }
}

const label = (vm: VmEntry): string => vm.name ?? vm.id ?? '?';

/** Each wave, split where one of its VMs comes after another of them: `core`, `core-2`. */
function inDependencyOrder(waves: WaveEntry[]): WaveEntry[] {
  const taken = new Set(waves.map(({ name }) => name));
  return waves.flatMap((wave) => {
    const groups: WaveEntry[] = [];
    let left = wave.vms;
    while (left.length > 0) {
      const waiting = new Set(left.flatMap(({ vm }) => vm?.id ?? []));
      const free = left.filter(({ vm }) => !vm?.after.some((id) => waiting.has(id)));
      // None is free in a cycle, which is a problem already.
      const next = free.length > 0 ? free : left;
      groups.push({ name: groups.length === 0 ? wave.name : freeName(wave.name, groups.length + 1, taken), vms: next });
      left = left.filter((entry) => !next.includes(entry));
    }
    return groups;
  });
}

function freeName(name: string, number: number, taken: Set<string>): string {
  const wanted = `${name}-${number}`;
  if (taken.has(wanted)) return freeName(name, number + 1, taken);
  taken.add(wanted);
  return wanted;
}

const asWaves = (groups: WaveEntry[]): Wave[] =>
  groups.map(({ name, vms }) => ({
    name,
    vms: vms.flatMap(({ vm }) => (vm === undefined ? [] : [inTestNetwork(vm)])),
  }));
