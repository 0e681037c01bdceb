import { quote, valueAt } from './source/check.js';
import { type Problem, placeText } from './source/problem.js';
import type { Path, Source } from './source/yaml-document.js';
import { entriesOfCsv } from './vm-csv.js';
import { entriesOfList, entriesOfVapps, type VmEntry } from './vm-entry.js';

export interface WaveEntry {
  name: string;
  vms: VmEntry[];
}

/**
 * Reads the waves of a plan in their order, from `waves:` or from a top-level `vms:`, as far as they can be read; what the
 * schema has to say of them it has said.
 */
export function readWaves(source: Source, problems: Problem[]): WaveEntry[] {
  const waves = valueAt(source.value, ['waves']) ?? null;
  if (waves === null) return readVms(source, ['vms'], problems);
  if (!Array.isArray(waves)) return [];
  const read = waves.map((_, index) => readWave(source, ['waves', index], problems));
  const first = new Map<string, number>();
  for (const [index, { name }] of read.entries()) {
    const before = first.get(name);
    if (before === undefined) first.set(name, index);
    if (name === '' || before === undefined) continue;
    const where = placeText(source.at(['waves', before, 'name']));
    const message = `the wave ${quote(name)} is there twice, first at ${where}`;
    problems.push({ ...source.at(['waves', index, 'name']), message });
  }
  return read;
}

function readWave(source: Source, path: Path, problems: Problem[]): WaveEntry {
  const written = valueAt(source.value, [...path, 'name']);
  const name = typeof written === 'string' ? written : '';
  const vms = valueAt(source.value, [...path, 'vms']);
  const vapps = entriesOfVapps(source, [...path, 'vapps']);
  if (typeof vms !== 'string' || vms === '')
    return { name, vms: [...entriesOfList(source, [...path, 'vms']), ...vapps] };
  const entries = entriesOfCsv(source, vms, [...path, 'vms'], problems);
  for (const entry of entries) {
    if (entry.wave === undefined || entry.wave === name) continue;
    problems.push({
      ...entry.at('wave'),
      message: `the row says wave ${quote(entry.wave)}, but the plan names this file for the wave ${quote(name)}`,
      hint: 'to let a CSV form the waves, name it under a top-level "vms"',
    });
  }
  return { name, vms: [...entries, ...vapps] };
}

/** A list without waves is one wave, `all`; a CSV with a wave column makes the waves, in order of first appearance. */
export function readVms(source: Source, path: Path, problems: Problem[]): WaveEntry[] {
  const vms = valueAt(source.value, path);
  if (typeof vms !== 'string' || vms === '') return [{ name: 'all', vms: entriesOfList(source, path) }];
  const entries = entriesOfCsv(source, vms, path, problems);
  if (entries.every(({ wave }) => wave === undefined)) return [{ name: 'all', vms: entries }];
  const waves = new Map<string, VmEntry[]>();
  for (const entry of entries) {
    if (entry.wave === undefined) {
      const message = 'wave is empty, while other rows have one';
      problems.push({ ...entry.at('wave'), message, expected: 'the name of a wave in every row, or in none' });
      continue;
    }
    const members = waves.get(entry.wave) ?? [];
    members.push(entry);
    waves.set(entry.wave, members);
  }
  return [...waves].map(([name, members]) => ({ name, vms: members }));
}
