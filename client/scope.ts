/** From what a person typed to the wave or VM that is meant. */
import type { Scope } from '../contract/messages.js';
import type { RunReport, VmReport } from '../contract/report.js';
import { vmNamed } from '../contract/vm-choice.js';
import { nearest } from '../plan/source/nearest.js';
import { AmbiguousName, NotInRun } from './errors.js';

/** A VM of the run by id or name. @throws {@link NotInRun}, {@link AmbiguousName} */
export function findVm(report: Pick<RunReport, 'run' | 'vms'>, wanted: string): VmReport {
  const found = matchVm(report, wanted);
  if (found === undefined) {
    throw new NotInRun(report.run, wanted, nearest(wanted, namesOf(report)), 'VM');
  }
  return found;
}

/**
 * A wave by name, or a VM by id or name, `wave:` or `vm:` before it where both have the name; nothing typed means the whole
 * run. @throws as {@link findVm}
 */
export function findScope(report: Pick<RunReport, 'run' | 'vms'>, wanted: string | undefined): Scope {
  if (wanted === undefined) {
    return {};
  }
  const waves = new Set(report.vms.map(({ wave }) => wave));
  const [, kind, rest = wanted] = /^(wave|vm):(.+)$/.exec(wanted) ?? [];
  function meant(name: string, of?: string): Scope[] {
    const vm = of === 'wave' ? undefined : matchVm(report, name);
    return [...(of !== 'vm' && waves.has(name) ? [{ wave: name }] : []), ...(vm === undefined ? [] : [{ vm: vm.id }])];
  }
  // A name may begin as a kind does: what has it as it was typed is meant before what has its rest.
  const asTyped = meant(wanted);
  const [scope, ...others] = asTyped.length > 0 ? asTyped : meant(rest, kind);
  if (scope === undefined) {
    const known = { wave: [...waves], vm: [...namesOf(report)] };
    const candidates = kind === 'wave' || kind === 'vm' ? known[kind] : [...known.wave, ...known.vm];
    throw new NotInRun(report.run, rest, nearest(rest, candidates), kind?.replace('vm', 'VM') ?? 'wave or VM');
  }
  if (others.length > 0) {
    const both = [scope, ...others].map(({ wave, vm }) => (wave === undefined ? `vm:${vm}` : `wave:${wave}`));
    throw new AmbiguousName(report.run, wanted, both, 'a wave and a VM');
  }
  return scope;
}

function matchVm(report: Pick<RunReport, 'run' | 'vms'>, wanted: string): VmReport | undefined {
  const choice = vmNamed(report.vms, wanted);
  if (choice.found === 'many') {
    throw new AmbiguousName(
      report.run,
      wanted,
      choice.vms.map(({ id }) => id),
    );
  }
  return choice.found === 'one' ? choice.vm : undefined;
}

function* namesOf(report: Pick<RunReport, 'vms'>): Iterable<string> {
  for (const { id, name } of report.vms) {
    yield name;
    yield id;
  }
}
