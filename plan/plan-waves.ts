import { wave as waveSchema } from './plan-schema.js';
import { check, quote, valueAt } from './source/check.js';
import type { Problem } from './source/problem.js';
import type { Path, Source } from './source/yaml-document.js';
import { entriesOfCsv } from './vm-csv.js';
import { entriesOfList, type VmEntry } from './vm-entry.js';

export interface WaveEntry {
  name: string;
  vms: VmEntry[];
}

const VMS = { expected: 'a list of VMs, or the name of a CSV file' };

/** Reads the waves of a plan in their order, from `waves:` or from a top-level `vms:`. */
export function readWaves(source: Source, problems: Problem[]): WaveEntry[] {
  const { file } = source;
  const [waves, vms] = [valueAt(source.value, ['waves']) ?? null, valueAt(source.value, ['vms']) ?? null];
  if (vms !== null && waves !== null) {
    const message = 'the plan has both "waves" and "vms"';
    problems.push({ file, ...source.atKey(['vms']), message, expected: 'one of them' });
  }
  if (waves === null) return vms === null ? noVms(source, problems) : readVms(source, ['vms'], problems);
  if (!Array.isArray(waves) || waves.length === 0) {
    const message = Array.isArray(waves) ? 'waves is an empty list' : 'waves is not a list';
    problems.push({ file, ...source.at(['waves']), message, expected: 'a list of waves, each with name and vms' });
    return [];
  }
  const read = waves.map((_, index) => readWave(source, ['waves', index], problems));
  for (const [index, { name }] of read.entries()) {
    const first = read.findIndex((other) => other.name === name);
    if (name === '' || first === index) continue;
    const before = source.at(['waves', first, 'name']);
    const message = `the wave ${quote(name)} is there twice, first at ${file}:${before.line}:${before.column}`;
    problems.push({ file, ...source.at(['waves', index, 'name']), message });
  }
  return read;
}

function noVms(source: Source, problems: Problem[]): WaveEntry[] {
  const expected = '"waves", or a list of VMs or a CSV file under "vms"';
  problems.push({ file: source.file, ...source.at([]), message: 'the plan names no VMs', expected });
  return [];
}

function readWave(source: Source, path: Path, problems: Problem[]): WaveEntry {
  check(waveSchema, source, path, problems);
  const written = valueAt(source.value, [...path, 'name']);
  const name = typeof written === 'string' ? written : '';
  const vms = valueAt(source.value, [...path, 'vms']);
  if (typeof vms !== 'string' || vms === '') return { name, vms: readList(source, [...path, 'vms'], problems) };
  const entries = entriesOfCsv(source.file, vms, source.at([...path, 'vms']), problems);
  for (const entry of entries) {
    if (entry.wave === undefined || entry.wave === name) continue;
    problems.push({
      file: entry.file,
      ...entry.at('wave'),
      message: `the row says wave ${quote(entry.wave)}, but the plan names this file for the wave ${quote(name)}`,
      hint: 'to let a CSV form the waves, name it under a top-level "vms"',
    });
  }
  return { name, vms: entries };
}

function readList(source: Source, path: Path, problems: Problem[]): VmEntry[] {
  const list = valueAt(source.value, path);
  if (Array.isArray(list) && list.length > 0) return entriesOfList(source, path, problems);
  // Absent `vms` of a wave that is no mapping was reported with the wave.
  const parent = valueAt(source.value, path.slice(0, -1));
  if (typeof parent === 'object' && parent !== null && !Array.isArray(parent)) {
    const found = Array.isArray(list)
      ? 'is an empty list'
      : list === undefined
        ? 'is missing'
        : 'is neither list nor file';
    problems.push({ file: source.file, ...source.at(path), message: `vms ${found}`, ...VMS });
  }
  return [];
}

/** A list without waves is one wave, `all`; a CSV with a wave column makes the waves, in order of first appearance. */
export function readVms(source: Source, path: Path, problems: Problem[]): WaveEntry[] {
  const vms = valueAt(source.value, path);
  if (typeof vms !== 'string' || vms === '') return [{ name: 'all', vms: readList(source, path, problems) }];
  const entries = entriesOfCsv(source.file, vms, source.at(path), problems);
  if (entries.every(({ wave }) => wave === undefined)) return [{ name: 'all', vms: entries }];
  const waves = new Map<string, VmEntry[]>();
  for (const entry of entries) {
    if (entry.wave === undefined) {
      const message = 'wave is empty, while other rows have one';
      problems.push({
        file: entry.file,
        ...entry.at('wave'),
        message,
        expected: 'the name of a wave in every row, or in none',
      });
    } else waves.set(entry.wave, [...(waves.get(entry.wave) ?? []), entry]);
  }
  return [...waves].map(([name, members]) => ({ name, vms: members }));
}
