/** A site's workflow as people see it. Pure. */

import { iso } from '../../contract/moment.js';
import type { SlotKind } from '../../contract/operation.js';
import type { CarriedSite, ConfiguredLimits, SiteLimits, SlotRequest } from '../../contract/site.js';
import type { ShownLimit, SiteShown } from '../../contract/site-shown.js';
import type { SiteHold } from '../../contract/watch.js';

/** Runs that are named. */
const MOST_RUNS = 50;
/** Acts that are told: the newest. */
const MOST_ACTS = 20;

interface Facts {
  site: string;
  carried: CarriedSite;
  configured: ConfiguredLimits | null;
  hold: SiteHold | null;
  others: { login: string; hold: SiteHold }[];
  away: { at: number; message: string } | null;
}

export function shownSite({ site, carried, configured, hold, others, away }: Facts): SiteShown {
  const { brake, limits, set = {}, holders, queue, watches, testCopies, actsTold = [] } = carried;
  function limit(name: keyof SiteLimits): ShownLimit {
    const by = set[name] ?? null;
    const given = configured?.[name] ?? null;
    const own = limits[name];
    const since = by?.at ?? (configured === null ? null : iso(configured.since));
    return { holds: own ?? given, from: own === null ? 'config' : 'person', since, set: by, configured: given };
  }
  const of = (slot: SlotKind) => ({
    held: holders.filter((one) => one.slot === slot).length,
    waiting: queue.filter((one) => one.slot === slot).length,
  });
  return {
    site,
    brake: { on: brake, set: set.brake ?? null },
    limits: {
      syncs: limit('syncs'),
      cutovers: limit('cutovers'),
      requestsPerSecond: limit('requestsPerSecond'),
    },
    places: { sync: of('sync'), cutover: of('cutover') },
    runs: runsOf(holders, queue),
    operations: watches.length,
    testCopies: testCopies.length,
    hold: hold === null ? null : wordsOf(hold),
    ...(others.length === 0 ? {} : { otherHolds: others.map((one) => ({ login: one.login, ...wordsOf(one.hold) })) }),
    away: away === null ? null : { since: iso(away.at), message: away.message },
    acts: actsTold.slice(-MOST_ACTS).map(({ act }) => act),
  };
}

const wordsOf = ({ code, message, advice }: SiteHold) => ({ code, message, advice });

function runsOf(holders: SlotRequest[], queue: SlotRequest[]): SiteShown['runs'] {
  const runs = new Map<string, SiteShown['runs'][number]>();
  // Those who wait say it last: what a person has set holds for them at once.
  function of({ run, priority = 'normal' }: SlotRequest) {
    const { held, waiting } = runs.get(run) ?? { held: 0, waiting: 0 };
    const known = { run, held, waiting, ...(priority === 'normal' ? {} : { priority }) };
    runs.set(run, known);
    return known;
  }
  for (const one of holders) of(one).held += 1;
  for (const one of queue) of(one).waiting += 1;
  return [...runs.values()].sort((a, b) => b.held + b.waiting - a.held - a.waiting).slice(0, MOST_RUNS);
}
