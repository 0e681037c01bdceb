import { dirname, isAbsolute, join } from 'node:path';
import { resolveDependencies } from '../dependencies.js';
import { readPlan } from '../load-plan.js';
import { DEFAULT_LOGIN } from '../logins.js';
import { isNamedVm } from '../named-vm.js';
import { readVms, type WaveEntry } from '../plan-waves.js';
import { quote, shortened, valueAt } from '../source/check.js';
import type { Problem } from '../source/problem.js';
import { readText } from '../source/read-text.js';
import type { Source } from '../source/yaml-document.js';
import { topKeys } from '../source/yaml-syntax.js';
import type { Plan } from '../types.js';
import { isVappUnit } from '../vapp.js';

/** All test copies of a drill exist at once, and so do the workflows of its VMs. */
const MOST_VMS = 500;

/**
 * Reads the VMs of a drill: its own list or CSV, or those of a plan, in the waves that these form. As far as they could be read,
 * so that one mistake does not make others appear.
 */
export function readScope(source: Source, sites: string[] | null, problems: Problem[]): WaveEntry[] {
  const [plan, vms] = ['plan', 'vms'].map((key) => valueAt(source.value, ['scope', key]) ?? null);
  if ((plan === null) === (vms === null)) return [];
  if (plan !== null && (typeof plan !== 'string' || plan === '')) return [];
  const waves = plan === null ? ownVms(source, problems) : vmsOfPlan(source, plan, sites, problems);
  const count = waves.reduce((sum, wave) => sum + wave.vms.length, 0);
  if (count > MOST_VMS) {
    const at = source.at(['scope', plan === null ? 'vms' : 'plan']);
    const expected = `at most ${MOST_VMS}, since all of them run at once as copies`;
    const message = `the drill has ${count} VMs`;
    problems.push({ ...at, message, expected, hint: 'make several drills of it' });
    return [];
  }
  refuseNamed(waves, problems);
  return waves;
}

/** A schedule begins drills when nobody is there who could say which of several is meant. */
function refuseNamed(waves: WaveEntry[], problems: Problem[]): void {
  for (const { vms } of waves)
    for (const { vm, at } of vms) {
      if (vm === undefined || !isNamedVm(vm.id)) continue;
      const message = `the VM ${quote(vm.name)} has no id, by which a drill knows its VMs`;
      problems.push({ ...at('name'), message, expected: 'its id' });
    }
}

function ownVms(source: Source, problems: Problem[]): WaveEntry[] {
  const waves = readVms(source, ['scope', 'vms'], problems);
  resolveDependencies(waves, 'drill', problems);
  return waves;
}

function vmsOfPlan(source: Source, named: string, sites: string[] | null, problems: Problem[]): WaveEntry[] {
  const file = isAbsolute(named) ? named : join(dirname(source.file), named);
  if (isNoPlan(file)) {
    // Nothing of it is quoted: it may be anybody's, and hold what is not for those who read what is wrong with a drill.
    problems.push({
      ...source.at(['scope', 'plan']),
      message: `${shortened(file, 300)} is no plan`,
      expected: 'a file with "waves" or "vms"',
    });
    return [];
  }
  const found: Problem[] = [];
  const { plan, waves } = readPlan(file, sites, found);
  // That it cannot be read is a problem of the drill, which names it.
  const unread = found.find((problem) => problem.file === file && problem.line === null);
  if (unread) {
    problems.push({ ...source.at(['scope', 'plan']), message: `${shortened(file, 300)}: ${unread.message}` });
  } else for (const problem of found) problems.push(problem);
  if (plan) {
    checkSameSites(source, file, plan, problems);
    refuseVapps(source, file, plan, problems);
  }
  return waves;
}

/** What can be read, and has nothing that only a plan has. */
function isNoPlan(file: string): boolean {
  const read = readText(file);
  return 'text' in read && !topKeys(read.text).some((key) => key === 'waves' || key === 'vms');
}

/** Its checks, networks and clean-up are those of VMs. */
function refuseVapps(source: Source, file: string, { waves }: Plan, problems: Problem[]): void {
  const vapps = waves.flatMap(({ vms }) => vms.filter(({ id }) => isVappUnit(id)));
  if (vapps.length === 0) return;
  problems.push({
    ...source.at(['scope', 'plan']),
    message: `the plan ${file} has vApps (${vapps.map(({ name }) => name).join(', ')}), and a drill recovers VMs alone`,
    expected: 'a plan without vapps, or the VMs of the drill under "scope.vms"',
  });
}

function checkSameSites(source: Source, file: string, plan: Plan, problems: Problem[]): void {
  for (const section of ['source', 'destination'] as const) {
    const site = valueAt(source.value, [section, 'site']);
    if (typeof site !== 'string' || site === plan[section].site) continue;
    problems.push({
      ...source.at([section, 'site']),
      message: `${section}.site is ${quote(site)}, but the plan ${file} goes from ${quote(plan.source.site)} to ${quote(plan.destination.site)}`,
      expected: quote(plan[section].site),
    });
  }
  for (const section of ['source', 'destination'] as const) {
    const login = valueAt(source.value, [section, 'login']) ?? DEFAULT_LOGIN;
    const { site, login: its = DEFAULT_LOGIN } = plan[section];
    if (typeof login !== 'string' || login === its || valueAt(source.value, [section, 'site']) !== site) continue;
    problems.push({
      ...source.at([section, 'login']),
      message: `the drill works at ${quote(site)} by the login ${quote(login)}, and the plan ${file} by ${quote(its)}: it may not see the plan's replications`,
      expected: its === DEFAULT_LOGIN ? 'no login, or "default"' : quote(its),
    });
  }
}
