/** Which protected VMs were rehearsed, and when: what stands at sites, held against the drills that the store remembers. */
import type { DrilledUnit } from '../../contract/evidence.js';
import type { ListedReplication } from '../../contract/listed-replication.js';
import { askStore } from '../ask-store.js';
import { everyPage } from '../every-page.js';
import { listReplications } from '../list-replications.js';
import type { Session } from '../session.js';

/** A VM that has a protection. */
export interface Covered {
  vm: { id: string | null; name: string | null };
  replicationId: string;
  source: string | null;
  destination: string | null;
  /** the last drill that has proved it; null: none that the store remembers, as far back as was asked */
  drilled: { run: string; at: string } | null;
  /** a later one in which it failed, was skipped or cancelled; null: none */
  tried: { run: string; at: string; state: DrilledUnit['state'] } | null;
}

export interface Coverage {
  /** ISO 8601 in UTC: a drill that ended before does not count */
  since: string;
  /** as far back the store was asked */
  askedSince: string;
  protected: number;
  /** those that no drill has proved since then, by their names */
  missing: Covered[];
}

const DAY = 86_400_000;
/** Longer ago it is of no interest when a VM was drilled last: days. */
const LOOKS_BACK = 400;

/**
 * @param sites that protections go to
 * @throws NoWorker, StoreUnanswered; NotTold where a site does not list its replications
 */
export async function drillCoverage(session: Session, sites: string[], days: number): Promise<Coverage> {
  const now = Date.now();
  const [since, askedSince] = [days, Math.max(days, LOOKS_BACK)].map((some) =>
    new Date(now - some * DAY).toISOString(),
  );
  const units = await drilledUnits(session, askedSince ?? '');
  const found: ListedReplication[] = [];
  for (const site of sites) found.push(...(await listReplications(session, site)));
  return coverageOf(found, units, { since: since ?? '', askedSince: askedSince ?? '' });
}

/** Pure. @param units in the order of their ends */
export function coverageOf(
  found: ListedReplication[],
  units: DrilledUnit[],
  { since, askedSince }: Pick<Coverage, 'since' | 'askedSince'>,
): Coverage {
  const byId = new Map<string, DrilledUnit[]>();
  for (const unit of units)
    for (const id of new Set([unit.vm, unit.replicationId ?? unit.vm])) byId.set(id, [...(byId.get(id) ?? []), unit]);
  const all = found.filter(isProtected).map(({ id, vm, source, destination }): Covered => {
    // A reverse gives a VM another id, and keeps its replication.
    const its = [...(byId.get(id) ?? []), ...(byId.get(vm.id ?? id) ?? [])].sort((a, b) =>
      a.finishedAt.localeCompare(b.finishedAt),
    );
    const proved = its.findLast(({ state }) => state === 'succeeded');
    const last = its.at(-1);
    return {
      vm,
      replicationId: id,
      source,
      destination,
      drilled: proved === undefined ? null : { run: proved.run, at: proved.finishedAt },
      tried:
        last === undefined || last.state === 'succeeded'
          ? null
          : { run: last.run, at: last.finishedAt, state: last.state },
    };
  });
  const missing = all
    .filter(({ drilled }) => drilled === null || drilled.at < since)
    .sort((a, b) => (a.vm.name ?? '').localeCompare(b.vm.name ?? ''));
  return { since, askedSince, protected: all.length, missing };
}

/** What was recovered is no protection any more. */
const isProtected = ({ kind, recovery }: ListedReplication): boolean =>
  kind === 'protection' && recovery !== 'COMPLETE';

const drilledUnits = (session: Session, since: string): Promise<DrilledUnit[]> =>
  everyPage(async (after: DrilledUnit | null) => {
    const { drilled } = await askStore(session, { ask: 'drilled', since, after });
    return drilled === undefined ? null : { items: drilled.units, next: drilled.next };
  });
