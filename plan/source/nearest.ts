import { distance } from 'fastest-levenshtein';

/** The candidates that a mistyped name may have meant: the nearest, or up to three that are equally near. */
export function nearest(name: string, candidates: Iterable<string>): string[] {
  const wanted = name.toLowerCase();
  const reach = Math.max(2, Math.floor(name.length / 3));
  const near = [...new Set(candidates)]
    .filter((candidate) => Math.abs(candidate.length - name.length) <= reach)
    .map((candidate) => ({ candidate, steps: distance(wanted, candidate.toLowerCase()) }))
    .filter(({ candidate, steps }) => steps <= reach && steps < candidate.length)
    .sort((a, b) => a.steps - b.steps);
  return near
    .filter(({ steps }) => steps === near[0]?.steps)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** `did you mean a or b?`, to spread into a Problem; nothing when no candidate is near. */
export function didYouMean(name: string, candidates: Iterable<string>): { hint?: string } {
  const near = nearest(name, candidates);
  return near.length > 0 ? { hint: `did you mean ${near.join(' or ')}?` } : {};
}
