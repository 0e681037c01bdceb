import type { WaveEntry } from '../plan-waves.js';
import { check, pathText, quote, valueAt } from '../source/check.js';
import type { Position, Problem } from '../source/problem.js';
import type { Path, Source } from '../source/yaml-document.js';
import type { Wave } from '../types.js';
import type { VmEntry } from '../vm-entry.js';
import { oneVm, type VmNames } from '../vm-names.js';
import * as schema from './drill-schema.js';

/** VMs that are listed in a message before the others are only counted. */
const LISTED = 5;

interface Member {
  vm: VmEntry;
  /** index of its group */
  group: number;
  at: Position;
}

/**
 * The groups of a drill in recovery order: those of `groups`, which must hold every VM of the scope once, or else its waves. As in a
 * plan, a VM comes after those that its `after` names: in a later group.
 */
export function readGroups(source: Source, scope: WaveEntry[], names: VmNames<VmEntry>, problems: Problem[]): Wave[] {
  const written = valueAt(source.value, ['groups']) ?? null;
  // Without any VM, which is a problem already, every name would be unknown.
  if (written === null || names.all().length === 0) return asWaves(inDependencyOrder(scope));
  if (!Array.isArray(written) || written.length === 0) {
    const message = Array.isArray(written) ? 'groups is an empty list' : 'groups is not a list';
    const expected = 'a list of groups, each a list of VM ids or names';
    problems.push({ file: source.file, ...source.at(['groups']), message, expected });
    return [];
  }
  const members = new Map<VmEntry, Member>();
  const groups = written.map((_, index) => readGroup(source, index, { names, members }, problems));
  checkNames(source, groups, problems);
  checkComplete(source, scope, members, problems);
  checkOrder(source, names, members, problems);
  return asWaves(groups);
}

function readGroup(
  source: Source,
  index: number,
  { names, members }: { names: VmNames<VmEntry>; members: Map<VmEntry, Member> },
  problems: Problem[],
): WaveEntry {
  const path: Path = ['groups', index];
  const { name, texts, at } = groupAt(source, path, `group-${index + 1}`, problems);
  if (texts?.length === 0) {
    problems.push({
      file: source.file,
      ...source.at(at),
      message: `${pathText(at)} is an empty list`,
      expected: 'a VM',
    });
  }
  const vms = (texts ?? []).flatMap((text, number) => {
    const position = source.at([...at, number]);
    const found = oneVm(text, names, { subject: `the group ${quote(name)}`, whole: 'drill' });
    if ('fault' in found) {
      problems.push({ file: source.file, ...position, ...found.fault });
      return [];
    }
    const twin = members.get(found.vm);
    if (twin) {
      const where = `${source.file}:${twin.at.line}:${twin.at.column}`;
      const message = `the VM ${quote(text)} is in a group already, at ${where}`;
      problems.push({ file: source.file, ...position, message, expected: 'every VM in one group' });
      return [];
    }
    members.set(found.vm, { vm: found.vm, group: index, at: position });
    return [found.vm];
  });
  return { name, vms };
}

/** A group is a list, or a mapping with a name; `texts` is undefined when it is neither, which is a problem. */
function groupAt(
  source: Source,
  path: Path,
  fallback: string,
  problems: Problem[],
): { name: string; texts: string[] | undefined; at: Path } {
  const value = valueAt(source.value, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { name: fallback, texts: check(schema.group.list, source, path, problems), at: path };
  }
  const named = check(schema.group.named, source, path, problems);
  return { name: named?.name ?? fallback, texts: named?.vms, at: [...path, 'vms'] };
}

function checkNames(source: Source, groups: WaveEntry[], problems: Problem[]): void {
  for (const [index, { name }] of groups.entries()) {
    if (groups.findIndex((other) => other.name === name) === index) continue;
    const message = `the group ${quote(name)} is there twice`;
    problems.push({ file: source.file, ...source.at(['groups', index, 'name']), message });
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
  problems.push({
    file: source.file,
    ...source.atKey(['groups']),
    message,
    expected: 'every VM of the scope in one group',
  });
}

function checkOrder(source: Source, names: VmNames<VmEntry>, members: Map<VmEntry, Member>, problems: Problem[]): void {
  for (const { vm, group, at } of members.values()) {
    for (const id of vm.vm?.after ?? []) {
      const [before] = names.find(id);
      const other = before && members.get(before);
      if (!other || other.group < group) continue;
      const message = `${label(vm)} comes after ${label(other.vm)}, which is in ${other.group === group ? 'the same' : 'a later'} group`;
      problems.push({ file: source.file, ...at, message, expected: 'a later group, as "after" says' });
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
  groups.map(({ name, vms }) => ({ name, vms: vms.flatMap(({ vm }) => vm ?? []) }));
