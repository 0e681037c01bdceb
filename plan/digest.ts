import { createHash } from 'node:crypto';
import type { Drill, Plan } from './types.js';

export const planDigest = (plan: Plan): string => digest(withWindowInUtc(plan));

export const drillDigest = (drill: Drill): string => digest(drill);

/** A moment is the same in whichever zone it is written. */
function withWindowInUtc(plan: Plan): Plan {
  const { window } = plan.cutover;
  if (window === null) return plan;
  const [opens, closes] = [window.opens, window.closes].map((at) => new Date(at).toISOString());
  return { ...plan, cutover: { ...plan.cutover, window: { ...window, opens: opens ?? '', closes: closes ?? '' } } };
}

/** SHA-256, in hex, of what a file says: how it was laid out, and the order of its keys, make no difference. */
function digest(value: Plan | Drill): string {
  const sorted = (_: string, part: unknown): unknown =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part;
  return createHash('sha256').update(JSON.stringify(value, sorted)).digest('hex');
}
