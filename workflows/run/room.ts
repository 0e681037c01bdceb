/** How many units each shard of a run may have open: pure. */
import type { Room, Wanted } from '../../contract/shard.js';

/**
 * Units of a run that may be open at once: more would only wait for the sites' places, and cost memory meanwhile. Copies leave
 * some of it to cutovers.
 */
const MOST = { all: 500, copies: 400 };

/** Where one shard has all VMs, nothing is to be divided. */
export const ALL_ROOM: Room = MOST;

const NOTHING: Wanted = { open: 0, others: 0, copies: 0 };
const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);

/**
 * In the plan's order, to each what it can use; copies get what the others leave. What a shard had it keeps while there is
 * enough for all, so that not every change is told to everybody.
 * @param before what each has now
 */
export function divided(wanted: (Wanted | null)[], before: Room[]): Room[] {
  const needs = wanted.map((one) => one ?? NOTHING);
  const kept = needs.map(({ open, others, copies }, n) => ({
    all: Math.max(before[n]?.all ?? 0, open + others + copies),
    copies: Math.max(before[n]?.copies ?? 0, open + copies),
  }));
  if (sum(kept.map(({ all }) => all)) <= MOST.all && sum(kept.map(({ copies }) => copies)) <= MOST.copies) return kept;
  const open = sum(needs.map((one) => one.open));
  let left = Math.max(0, MOST.all - open);
  const others = needs.map((one) => {
    const granted = Math.min(left, one.others);
    left -= granted;
    return granted;
  });
  left = Math.min(left, Math.max(0, MOST.copies - open));
  return needs.map((one, n) => {
    const copies = Math.min(left, one.copies);
    left -= copies;
    return { all: one.open + (others[n] ?? 0) + copies, copies: one.open + copies };
  });
}
