import { quote, valueAt } from './source/check.js';
import { didYouMean } from './source/nearest.js';
import type { Problem } from './source/problem.js';
import type { Source } from './source/yaml-document.js';

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
