/** From what a person typed to the wave or VM that is meant. */
import type { Scope } from '../contract/act.js';
import type { RunReport, VmReport } from '../contract/report.js';
import { type Meant, meantBy } from '../contract/vm-choice.js';
import { nearest } from '../plan/source/nearest.js';
import { AmbiguousName, NotInRun } from './errors.js';

type Vms = Pick<RunReport, 'run' | 'vms'>;

/**
 * A VM of the run by id or name, `vm:` before it or not; of a VM of a vApp, which is moved with that, the vApp.
 * @throws {@link NotInRun}, {@link AmbiguousName}
 */
export function findVm(report: Vms, wanted: string): VmReport {
  const meant = only(report, wanted, meantBy(report.vms, new Set(), wanted));
  if (meant !== undefined && 'vm' in meant) return meant.vm;
  const [vapp, ...others] = report.vms.filter(({ vms = [] }) => meantBy(vms, new Set(), wanted).length > 0);
  if (vapp !== undefined && others.length === 0) return vapp;
  throw new NotInRun(report.run, wanted, nearest(wanted, namesOf(report)), 'VM');
}

/**
 * The one VM that is to be acted on, or the vApp: a VM of a vApp is refused, since all of that would be meant.
 * @throws as {@link findVm}
 */
export function findUnit(report: Vms, wanted: string): VmReport {
  const found = findVm(report, wanted);
  const [its] = meantBy(found.vms ?? [], new Set(), wanted);
  if (its !== undefined && meantBy([found], new Set(), wanted).length === 0) throw ofVapp(report, wanted, found);
  return found;
}

/**
 * A wave by name, or a VM by id or name, `wave:` or `vm:` before it where both have the name; nothing typed means the whole
 * run. @throws as {@link findVm}
 */
export function findScope(report: Vms, wanted: string | undefined): Scope {
  if (wanted === undefined) {
    return {};
  }
  const waves = wavesOf(report);
  const meant = only(report, wanted, meantBy(report.vms, waves, wanted));
  if (meant !== undefined) return scopeOf(meant);
  const [, kind, rest = wanted] = /^(wave|vm|vapp):(.+)$/s.exec(wanted) ?? [];
  const vapp = report.vms.find(({ vms = [] }) => meantBy(vms, new Set(), wanted).length > 0);
  if (vapp !== undefined) throw ofVapp(report, rest, vapp);
  const known = { wave: [...waves], vm: [...namesOf(report)] };
  const candidates = kind === 'wave' ? known.wave : kind === undefined ? [...known.wave, ...known.vm] : known.vm;
  const what = { wave: 'wave', vm: 'VM', vapp: 'vApp' }[kind ?? ''] ?? 'wave or VM';
  throw new NotInRun(report.run, rest, nearest(rest, candidates), what);
}

/** Whoever names one VM of a vApp may not know that all of them would be meant. */
const ofVapp = ({ run }: Vms, wanted: string, { name }: VmReport): NotInRun =>
  new NotInRun(run, wanted, [`vapp:${name}`], 'VM moved by itself');

/** @throws {@link NotInRun} where no wave is called so */
export function requireWave(report: Vms, wanted: string): void {
  const waves = wavesOf(report);
  if (!waves.has(wanted)) throw new NotInRun(report.run, wanted, nearest(wanted, [...waves]), 'wave');
}

/** @throws {@link AmbiguousName} */
function only(report: Vms, wanted: string, meant: Meant<VmReport>[]): Meant<VmReport> | undefined {
  if (meant.length < 2) return meant[0];
  const waves = meant.filter((one) => 'wave' in one).length;
  const what = [counted(waves, 'wave'), counted(meant.length - waves, 'VM')].flatMap((text) => text ?? []);
  const areAlike = meant.every((one) => 'wave' in one || one.vm.name === wanted);
  const words = meant.map((one) => {
    if ('wave' in one) return wordFor(report, one.wave);
    const { id, name } = one.vm;
    return { typed: waves > 0 ? `vm:${id}` : id, is: areAlike ? null : name };
  });
  throw new AmbiguousName(report.run, wanted, words, what.join(' and '));
}

/** What means the wave alone, where anything does. */
function wordFor(report: Vms, wave: string): { typed: string; is: string | null } {
  const isClear = (word: string) => meantBy(report.vms, wavesOf(report), word).length === 1;
  const full = `wave:${wave}`;
  return !isClear(full) && isClear(wave) ? { typed: wave, is: 'wave' } : { typed: full, is: null };
}

const counted = (count: number, what: string): string | null =>
  count === 0 ? null : count === 1 ? `a ${what}` : `${count} ${what}s`;

const scopeOf = (meant: Meant<VmReport>): Scope => ('vm' in meant ? { vm: meant.vm.id } : { wave: meant.wave });

const wavesOf = (report: Vms): Set<string> => new Set(report.vms.map(({ wave }) => wave));

function* namesOf(report: Pick<RunReport, 'vms'>): Iterable<string> {
  for (const { id, name } of report.vms) {
    yield name;
    yield id;
  }
}
