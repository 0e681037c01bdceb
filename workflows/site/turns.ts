/** Whose turn it is for a site's places: pure. */

export interface Waiting {
  run: string;
  /** how many places of the kind its run may hold; null: as many as there are */
  share: number | null;
  /** how many it takes at once; absent: one */
  places?: number;
}

/** Of these together. */
export const placesOf = (some: Pick<Waiting, 'places'>[]): number =>
  some.reduce((sum, { places = 1 }) => sum + places, 0);

/**
 * Gives each free place to the run that holds fewest, so that a small run does not wait until a big one has all that it asked
 * for. Of runs that hold as many, the one goes first whose turn is longest ago; within a run the order of arrival holds. What
 * takes several places waits until there are so many, and nobody goes before it meanwhile; what takes more than there ever are
 * has all of them.
 * @param queue in the order in which they are to be served
 * @param holding who holds places
 * @param limit of places
 * @param atMost how many are served; default: as many as there are places for
 * @returns who gets a place, and the queue that remains: a run that was served stands behind the others; `isKept`: what is
 * left is kept for one that takes several
 */
export function inTurns<W extends Waiting>(
  queue: W[],
  holding: Pick<Waiting, 'run' | 'places'>[],
  limit: number,
  atMost = Number.POSITIVE_INFINITY,
): { served: W[]; queue: W[]; isKept: boolean } {
  const held = new Map<string, number>();
  for (const { run, places = 1 } of holding) held.set(run, (held.get(run) ?? 0) + places);
  // In the order of their turns, which is that of a map's keys.
  const runs = new Map<string, W[]>();
  for (const one of queue) {
    const waiting = runs.get(one.run);
    if (waiting === undefined) runs.set(one.run, [one]);
    else waiting.push(one);
  }
  const served: W[] = [];
  let taken = placesOf(holding);
  let isKept = false;
  while (taken < limit && served.length < atMost) {
    const next = fewest(runs, held);
    if (next === null) break;
    const { places = 1 } = next;
    isKept = taken + places > limit && taken > 0;
    if (isKept) break;
    served.push(next);
    taken += places;
    held.set(next.run, (held.get(next.run) ?? 0) + places);
    const others = (runs.get(next.run) ?? []).filter((one) => one !== next);
    runs.delete(next.run);
    runs.set(next.run, others);
  }
  return { served, queue: [...runs.values()].flat(), isKept };
}

/** The first in turn of a run that holds fewest and may have another. */
function fewest<W extends Waiting>(runs: Map<string, W[]>, held: Map<string, number>): W | null {
  let least = Number.POSITIVE_INFINITY;
  let next: W | null = null;
  for (const [run, waiting] of runs) {
    const holds = held.get(run) ?? 0;
    if (holds >= least) continue;
    const one = waiting.find(({ share }) => share === null || holds < share);
    if (one === undefined) continue;
    const { share, places = 1 } = one;
    if (share === null || holds === 0 || holds + places <= share) [least, next] = [holds, one];
  }
  return next;
}
