import { check, oneOf, pathText, quote, valueAt } from '../source/check.js';
import { didYouMean } from '../source/nearest.js';
import type { Problem } from '../source/problem.js';
import type { Path, Source } from '../source/yaml-document.js';
import type { Check, CheckTarget } from '../types.js';
import type { VmEntry } from '../vm-entry.js';
import { oneVm, type VmNames } from '../vm-names.js';
import * as schema from './drill-schema.js';

const TYPES = ['tcp', 'http', 'command'] as const;
type Type = (typeof TYPES)[number];

const PLACEHOLDERS = ['ip', 'name', 'id'];

/** Reads the checks of a drill; those that are wrong are left out, and are problems. */
export function readChecks(source: Source, names: VmNames<VmEntry>, problems: Problem[]): Check[] {
  const written = valueAt(source.value, ['checks']) ?? [];
  if (!Array.isArray(written)) {
    const expected = 'a list of checks, such as [ { tcp: 443 } ]';
    problems.push({ file: source.file, ...source.at(['checks']), message: 'checks is not a list', expected });
    return [];
  }
  return written.flatMap((_, index) => readCheck(source, ['checks', index], names, problems) ?? []);
}

function readCheck(source: Source, path: Path, names: VmNames<VmEntry>, problems: Problem[]): Check | undefined {
  const type = typeOf(source, path, problems);
  if (!type) return undefined;
  checkPlaceholders(source, [...path, type], problems);
  if (type === 'command') checkPlaceholders(source, [...path, 'args'], problems);
  const vms = readVmsOf(source, [...path, 'vms'], names, problems);
  const target = readTarget(source, path, type, problems);
  if (!target || vms === undefined) return undefined;
  const { what, common } = target;
  const { name, within, interval, timeout } = common;
  const standing = String(valueAt(source.value, [...path, type]));
  return { name: name ?? `${type} ${standing}`, vms, within, interval, timeout, ...what };
}

/** What a check is made with: the one of the keys tcp, http and command that it has. */
function typeOf(source: Source, path: Path, problems: Problem[]): Type | undefined {
  const types = TYPES.filter((type) => (valueAt(source.value, [...path, type]) ?? null) !== null);
  if (types.length === 1) return types[0];
  const count = types.length === 0 ? 'none of tcp, http and command' : `both ${types.join(' and ')}`;
  const message = `${pathText(path)} has ${count}`;
  problems.push({ file: source.file, ...source.at(path), message, expected: `one of ${oneOf(TYPES)}` });
  return undefined;
}

interface Common {
  name?: string | undefined;
  within: number;
  interval: number;
  timeout: number;
}

function readTarget(
  source: Source,
  path: Path,
  type: Type,
  problems: Problem[],
): { what: CheckTarget; common: Common } | undefined {
  if (type === 'tcp') {
    const common = check(schema.checks.tcp, source, path, problems);
    return common && { what: { type, ...common.tcp }, common };
  }
  if (type === 'command') {
    const common = check(schema.checks.command, source, path, problems);
    return common && { what: { type, command: common.command, args: common.args }, common };
  }
  // A URL may hold a login, which is refused and must not be quoted.
  const hidden = (at: Path) => String(valueAt(source.written, at)).includes('@');
  const common = check(schema.checks.http, source, path, problems, { hidden });
  const answer = readExpected(source, [...path, 'expect'], problems);
  if (!common || !answer) return undefined;
  const { status, body = null } = answer;
  return { what: { type, url: common.http, status, body, verifyTls: common.verifyTls }, common };
}

function readExpected(
  source: Source,
  path: Path,
  problems: Problem[],
): { status: number; body?: string | undefined } | undefined {
  const written = valueAt(source.value, path) ?? null;
  if (written === null) return { status: 200 };
  if (typeof written === 'object') return check(schema.expected.answer, source, path, problems);
  const status = check(schema.expected.status, source, path, problems);
  return status === undefined ? undefined : { status };
}

/** Ids of the VMs that a check is made for; null: all; undefined when something is wrong. */
function readVmsOf(
  source: Source,
  path: Path,
  names: VmNames<VmEntry>,
  problems: Problem[],
): string[] | null | undefined {
  const written = valueAt(source.value, path) ?? null;
  if (written === null) return null;
  const texts = typeof written === 'string' ? [written] : check(schema.group.list, source, path, problems);
  if (texts?.length === 0) {
    const message = `${pathText(path)} is an empty list`;
    problems.push({
      file: source.file,
      ...source.at(path),
      message,
      expected: 'VMs, or no "vms" for all of the drill',
    });
  }
  // Without any VM, which is a problem already, every name would be unknown.
  if (names.all().length === 0) return null;
  return texts?.flatMap((text, index) => {
    const found = oneVm(text, names, { subject: pathText(path), whole: 'drill' });
    if ('vm' in found) return found.vm.id ?? [];
    problems.push({ file: source.file, ...source.at([...path, index]), ...found.fault });
    return [];
  });
}

/** Adds a problem for each `{word}` in the texts at a path that stands for nothing. */
function checkPlaceholders(source: Source, path: Path, problems: Problem[]): void {
  const value = valueAt(source.value, path);
  if (Array.isArray(value)) {
    for (const index of value.keys()) checkPlaceholders(source, [...path, index], problems);
  }
  if (typeof value !== 'string') return;
  for (const [placeholder, word = ''] of value.matchAll(/\{(\w+)\}/g)) {
    if (PLACEHOLDERS.includes(word)) continue;
    const message = `${pathText(path)} has ${quote(placeholder)}, which stands for nothing`;
    const expected = oneOf(PLACEHOLDERS.map((known) => `{${known}}`));
    problems.push({ file: source.file, ...source.at(path), message, expected, ...didYouMean(word, PLACEHOLDERS) });
  }
}
