import { quote, valueAt } from './source/check.js';
import { didYouMean } from './source/nearest.js';
import type { Place, Problem } from './source/problem.js';
import type { Source } from './source/yaml-document.js';
import type { VmEntry } from './vm-entry.js';

/** Who is to own a replication is an organization of one of the two sites that it goes between. */
export function checkOwners(source: Source, vms: VmEntry[], problems: Problem[]): void {
  const sites = ['source', 'destination'].flatMap((section) => {
    const site = valueAt(source.value, [section, 'site']);
    return typeof site === 'string' && site !== '' ? [site] : [];
  });
  if (sites.length < 2) return;
  function judge(owner: unknown, place: () => Place) {
    if (typeof owner !== 'string' || !owner.includes('@')) return;
    const site = owner.slice(owner.lastIndexOf('@') + 1);
    if (sites.includes(site)) return;
    const message = `owner is ${quote(owner)}, of a site that the plan does not name`;
    problems.push({ ...place(), message, expected: `org@${sites.join(', or org@')}`, ...didYouMean(site, sites) });
  }
  judge(valueAt(source.value, ['owner']), () => source.at(['owner']));
  for (const { vm, at } of vms) judge(vm?.owner, () => at('owner'));
}

/**
 * Adds problems for a source and destination that are not among the configured sites, or are the same.
 *
 * @param sites names of the configured sites; null: not known, and not checked
 */
export function checkSites(source: Source, sites: string[] | null, problems: Problem[]): void {
  const [from, to] = (['source', 'destination'] as const).map((section) => {
    const site = valueAt(source.value, [section, 'site']);
    return typeof site === 'string' && site !== '' ? site : undefined;
  });
  for (const [section, site] of [['source', from] as const, ['destination', to] as const]) {
    if (sites === null || site === undefined || sites.includes(site)) continue;
    const expected =
      sites.length > 0 ? `one of the sites of the config: ${sites.join(', ')}` : 'a site of the config, which has none';
    const message = `the site ${quote(site)} is unknown`;
    problems.push({ ...source.at([section, 'site']), message, expected, ...didYouMean(site, sites) });
  }
  if (from !== undefined && from === to) {
    const message = `source and destination are the same site, ${quote(from)}`;
    problems.push({ ...source.at(['destination', 'site']), message, expected: 'two different sites' });
  }
}
