/** Whose turn it is for a site's places: pure. */

export interface Waiting {
  run: string;
  /** how many places of the kind its run may hold; null: as many as there are */
  share: number | null;
}

/**
 * Gives each free place to the run that holds fewest, so that a small run does not wait until a big one has all that it asked
 * for. Of runs that hold as many, the one goes first whose turn is longest ago; within a run the order of arrival holds.
 * @param queue in the order in which they are to be served
 * @param holding the run of each place that is held
 * @param limit of places
 * @returns who gets a place, and the queue that remains: a run that was served stands behind the others
 */
export function inTurns<W extends Waiting>(queue: W[], holding: string[], limit: number): { served: W[]; queue: W[] } {
  const held = new Map<string, number>();
  for (const run of holding) held.set(run, (held.get(run) ?? 0) + 1);
  // In the order of their turns, which is that of a map's keys.
  const runs = new Map<string, W[]>();
  for (const one of queue) {
    const waiting = runs.get(one.run);
    if (waiting === undefined) runs.set(one.run, [one]);
    else waiting.push(one);
  }
  const served: W[] = [];
  while (holding.length + served.length < limit) {
    const next = fewest(runs, held);
    if (next === null) break;
    served.push(next);
    held.set(next.run, (held.get(next.run) ?? 0) + 1);
    const others = (runs.get(next.run) ?? []).filter((one) => one !== next);
    runs.delete(next.run);
    runs.set(next.run, others);
  }
  return { served, queue: [...runs.values()].flat() };
}

/** The first in turn of a run that holds fewest and may have another. */
function fewest<W extends Waiting>(runs: Map<string, W[]>, held: Map<string, number>): W | null {
  let least = Number.POSITIVE_INFINITY;
  let next: W | null = null;
  for (const [run, waiting] of runs) {
    const holds = held.get(run) ?? 0;
    if (holds >= least) continue;
    const one = waiting.find(({ share }) => share === null || holds < share);
    if (one !== undefined) [least, next] = [holds, one];
  }
  return next;
}
