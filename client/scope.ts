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

/** A wave by name, else a VM by id or name; nothing typed means the whole run. @throws as {@link findVm} */
export function findScope(report: Pick<RunReport, 'run' | 'vms'>, wanted: string | undefined): Scope {
  if (wanted === undefined) {
    return {};
  }
  const waves = new Set(report.vms.map(({ wave }) => wave));
  if (waves.has(wanted)) {
    return { wave: wanted };
  }
  const vm = matchVm(report, wanted);
  if (vm === undefined) {
    throw new NotInRun(report.run, wanted, nearest(wanted, [...waves, ...namesOf(report)]), 'wave or VM');
  }
  return { vm: vm.id };
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
