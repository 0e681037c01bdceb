/** What the brakes of a run's sites mean for what a person has said to it: pure. */
import type { Standing } from '../../contract/shard.js';
import type { RunKind } from '../../plan/types.js';
import type { Words } from './standing.js';

/** Where its VMs are worked: what goes home is worked at both. */
export const sitesOfWork = (plan: {
  kind: RunKind;
  source: { site: string };
  destination: { site: string };
}): string[] => [
  plan.destination.site,
  ...(plan.kind === 'reverse' || plan.kind === 'failback' ? [plan.source.site] : []),
];

/** Who could go on waits for a brake. @param sites whose brake is on */
export function underBrakes(standing: Standing, sites: string[]): Standing {
  const { now = 0, capacity = 0, brake = 0, ...others } = standing;
  return sites.length === 0 ? standing : { ...others, brake: brake + now + capacity };
}

export function brakesInWords(sites: string[]): Words {
  if (sites.length === 0) return {};
  const what = `the brake of ${sites.map((site) => `site ${site}`).join(' and ')}`;
  return { brake: [`waits for ${what}`, `wait for ${what}`] };
}

/** To be added to what has been done; empty: no brake is on. */
export const brakeNote = (sites: string[]): string =>
  sites.map((site) => `; the brake of site ${site} is on, so that nothing begins there`).join('');
