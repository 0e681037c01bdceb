import { distance } from 'fastest-levenshtein';

const SHOWN = 3;
/** Names shorter than this are part of too many others. */
const TELLING = 3;

/**
 * The names that a person may have meant, best first, at most three: those that contain what was typed or that it
 * contains (`paris-exit` for `paris-exit-20261205`), then the nearest of those a few letters away.
 */
export function nearest(typed: string, candidates: Iterable<string>): string[] {
  const all = [...new Set(candidates)];
  return [...new Set([...related(typed, all), ...mistyped(typed, all)])].slice(0, SHOWN);
}

/** `did you mean a or b?`, to spread into a Problem; nothing when no candidate is near. */
export function didYouMean(typed: string, candidates: Iterable<string>): { hint?: string } {
  const near = nearest(typed, candidates);
  return near.length > 0 ? { hint: `did you mean ${near.join(' or ')}?` } : {};
}

/** Those of nearly the same length first. */
function related(typed: string, candidates: string[]): string[] {
  const wanted = typed.toLowerCase();
  return candidates
    .filter((candidate) => overlap(wanted, candidate.toLowerCase()))
    .sort((a, b) => Math.abs(a.length - typed.length) - Math.abs(b.length - typed.length));
}

function overlap(a: string, b: string): boolean {
  return a.length >= TELLING && b.length >= TELLING && (a.includes(b) || b.includes(a));
}

/** The nearest, or all that are equally near. */
function mistyped(typed: string, candidates: string[]): string[] {
  const wanted = typed.toLowerCase();
  const reach = Math.max(2, Math.floor(typed.length / 3));
  const near = candidates
    .filter((candidate) => Math.abs(candidate.length - typed.length) <= reach)
    .map((candidate) => ({ candidate, steps: distance(wanted, candidate.toLowerCase()) }))
    .filter(({ candidate, steps }) => steps <= reach && steps < candidate.length)
    .sort((a, b) => a.steps - b.steps);
  return near.filter(({ steps }) => steps === near[0]?.steps).map(({ candidate }) => candidate);
}
