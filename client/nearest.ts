import { nearest as mistyped } from '../plan/source/nearest.js';

const SHOWN = 3;

/**
 * The names that a person may have meant, best first, at most three: those that contain what was typed or that it
 * contains (`paris-exit` for `paris-exit-20261205`), then those a few letters away.
 */
export function nearest(typed: string, candidates: Iterable<string>): string[] {
  const wanted = typed.toLowerCase();
  const all = [...new Set(candidates)];
  const related = all
    .filter((candidate) => wanted.length >= 3 && overlap(wanted, candidate.toLowerCase()))
    .sort((a, b) => Math.abs(a.length - typed.length) - Math.abs(b.length - typed.length));
  return [...new Set([...related, ...mistyped(typed, all)])].slice(0, SHOWN);
}

function overlap(a: string, b: string): boolean {
  return b.length >= 3 && (a.includes(b) || b.includes(a));
}
