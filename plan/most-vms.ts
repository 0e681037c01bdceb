import type { Place, Problem } from './source/problem.js';

/** The most VMs that one plan may have: what its run carries, a hundred shards of 500, fits what Temporal takes. */
export const MOST_VMS = 50_000;

/** @returns whether there are more, which is then told: without a look at each, so that the answer does not take minutes */
export function hasTooMany(vms: number, at: Place, problems: Problem[]): boolean {
  if (vms <= MOST_VMS) return false;
  problems.push({
    ...at,
    message: `these are ${vms} VMs`,
    expected: `at most ${MOST_VMS} in one run`,
    hint: 'make several files of it; the limits of a site hold over all runs',
  });
  return true;
}
