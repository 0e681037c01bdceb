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
  const heldBy = (run: string) => held.get(run) ?? 0;
  for (const run of holding) held.set(run, heldBy(run) + 1);
  const served: W[] = [];
  let rest = queue;
  while (holding.length + served.length < limit) {
    const next = fewest(rest, heldBy);
    if (next === null) break;
    served.push(next);
    held.set(next.run, heldBy(next.run) + 1);
    const others = rest.filter(({ run }) => run !== next.run);
    rest = [...others, ...rest.filter((one) => one.run === next.run && one !== next)];
  }
  return { served, queue: rest };
}

function fewest<W extends Waiting>(queue: W[], heldBy: (run: string) => number): W | null {
  let next: W | null = null;
  for (const one of queue) {
    if (one.share !== null && heldBy(one.run) >= one.share) continue;
    if (next === null || heldBy(one.run) < heldBy(next.run)) next = one;
  }
  return next;
}
