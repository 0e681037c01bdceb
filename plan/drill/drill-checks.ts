import type { z } from 'zod';
import { shownUrl } from '../shown-url.js';
import { pathText, valueAt } from '../source/check.js';
import type { Problem } from '../source/problem.js';
import type { Path, Source } from '../source/yaml-document.js';
import type { Check, CheckTarget } from '../types.js';
import type { VmEntry } from '../vm-entry.js';
import { oneVm, type VmNames } from '../vm-names.js';
import type { check } from './check-schema.js';

type WrittenCheck = z.output<typeof check>;

/** The ids of the VMs that each check of a drill names; null: all. A name that is none of the drill's is a problem. */
export function readVmsOfChecks(source: Source, names: VmNames<VmEntry>, problems: Problem[]): (string[] | null)[] {
  const written = valueAt(source.value, ['checks']);
  if (!Array.isArray(written)) return [];
  return written.map((_, index) => readVms(source, ['checks', index, 'vms'], names, problems));
}

function readVms(source: Source, path: Path, names: VmNames<VmEntry>, problems: Problem[]): string[] | null {
  const written: unknown = valueAt(source.value, path) ?? null;
  // Without any VM, which is a problem already, every name would be unknown.
  if (written === null || names.size === 0) return null;
  const texts: unknown[] = Array.isArray(written) ? written : [written];
  return texts.flatMap((text, index) => {
    if (typeof text !== 'string' || text === '') return [];
    const found = oneVm(text, names, { subject: pathText(path), whole: 'drill' });
    if ('vm' in found) return found.vm.id ?? [];
    problems.push({ ...source.at([...path, index]), ...found.fault });
    return [];
  });
}

/** A check as a drill carries it. `standing`: what it is made with, as it was written, which is its name if it has none. */
export function asCheck(written: WrittenCheck, standing: string, vms: string[] | null): Check {
  const { name = standing, within, interval, timeout, consecutive } = written;
  return { name, vms, within, interval, timeout, consecutive, ...targetOf(written) };
}

function targetOf(written: WrittenCheck): CheckTarget {
  if ('tcp' in written) return { type: 'tcp', ...written.tcp };
  if ('command' in written) return { type: 'command', command: written.command, args: written.args };
  const { http, expect, verifyTls, headers } = written;
  const { status, body = null } = typeof expect === 'number' ? { status: expect } : expect;
  return { type: 'http', url: http, status, body, verifyTls, ...(headers && { headers }) };
}

/** `tcp 443`, `http https://{ip}/health`, `command check-crm`. */
export function standingOf(source: Source, index: number): string {
  const types = ['tcp', 'http', 'command'];
  const type = types.find((one) => (valueAt(source.value, ['checks', index, one]) ?? null) !== null) ?? '';
  const standing = String(valueAt(source.value, ['checks', index, type]));
  return `${type} ${type === 'http' ? shownUrl(standing) : standing}`;
}
