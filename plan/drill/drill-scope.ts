import { dirname, isAbsolute, join } from 'node:path';
import { resolveDependencies } from '../dependencies.js';
import { readPlan } from '../load-plan.js';
import { readVms, type WaveEntry } from '../plan-waves.js';
import { quote, valueAt } from '../source/check.js';
import type { Problem } from '../source/problem.js';
import type { Source } from '../source/yaml-document.js';
import type { Plan } from '../types.js';

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
  }
  return waves;
}

function ownVms(source: Source, problems: Problem[]): WaveEntry[] {
  const waves = readVms(source, ['scope', 'vms'], problems);
  resolveDependencies(waves, 'drill', problems);
  return waves;
}

function vmsOfPlan(source: Source, named: string, sites: string[] | null, problems: Problem[]): WaveEntry[] {
  const file = isAbsolute(named) ? named : join(dirname(source.file), named);
  const found: Problem[] = [];
  const { plan, waves } = readPlan(file, sites, found);
  // That it cannot be read is a problem of the drill, which names it.
  const unread = found.find((problem) => problem.file === file && problem.line === null);
  if (unread) {
    problems.push({ ...source.at(['scope', 'plan']), message: `${file}: ${unread.message}` });
  } else problems.push(...found);
  if (plan) checkSameSites(source, file, plan, problems);
  return waves;
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
}
